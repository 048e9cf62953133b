package access

// tables are the package's own. Names that expressions read (sys_user,
// sys_department) follow the built-in columns of record types, so that
// customer.owner.department is printed like any other link.
var tables = []string{
	`CREATE TABLE sys_department (
		id {int} PRIMARY KEY,
		number {text},
		title {text} NOT NULL,
		title_sort {text} NOT NULL,
		name {text} NOT NULL,
		code {text},
		parent {int},
		is_branch {int} NOT NULL,
		branch {int},
		manager {int},
		archived_at {int},
		rev {int} NOT NULL,
		created_at {int} NOT NULL,
		updated_at {int} NOT NULL
	) {strict}`,
	`CREATE UNIQUE INDEX sys_department_code ON sys_department (code) WHERE archived_at IS NULL`,
	`CREATE INDEX sys_department_parent ON sys_department (parent)`,
	`CREATE TABLE sys_user (
		id {int} PRIMARY KEY,
		number {text},
		title {text} NOT NULL,
		title_sort {text} NOT NULL,
		name {text} NOT NULL,
		username {text} NOT NULL,
		password {text},
		department {int},
		manager {int},
		active {int} NOT NULL,
		epoch {int} NOT NULL,
		archived_at {int},
		rev {int} NOT NULL,
		created_at {int} NOT NULL,
		updated_at {int} NOT NULL,
		email {text},
		phone {text},
		lang {text},
		zone {text},
		signed_in_at {int},
		reset_hash {blob},
		reset_until {int}
	) {strict}`,
	`CREATE UNIQUE INDEX sys_user_username ON sys_user (username)`,
	`CREATE INDEX sys_user_title ON sys_user (title_sort, id)`,
	`CREATE INDEX sys_user_department ON sys_user (department)`,
	`CREATE INDEX sys_user_manager ON sys_user (manager)`,
	`CREATE TABLE sys_user_role (
		user_id {int} NOT NULL,
		role {text} NOT NULL,
		PRIMARY KEY (user_id, role)
	) {strict}`,
	`CREATE TABLE sys_session (
		id {int} PRIMARY KEY,
		hash {blob} NOT NULL UNIQUE,
		user_id {int} NOT NULL,
		created_at {int} NOT NULL,
		seen_at {int} NOT NULL,
		expires_at {int} NOT NULL,
		address {text} NOT NULL,
		agent {text} NOT NULL
	) {strict}`,
	`CREATE INDEX sys_session_user ON sys_session (user_id, id)`,
	`CREATE INDEX sys_session_expires ON sys_session (expires_at)`,
	`CREATE TABLE sys_token (
		id {int} PRIMARY KEY,
		hash {blob} NOT NULL UNIQUE,
		user_id {int} NOT NULL,
		name {text} NOT NULL,
		hint {text} NOT NULL,
		created_at {int} NOT NULL,
		created_by {int} NOT NULL,
		seen_at {int} NOT NULL,
		expires_at {int}
	) {strict}`,
	`CREATE INDEX sys_token_user ON sys_token (user_id, id)`,
	`CREATE TABLE sys_attempt (
		who {text} PRIMARY KEY,
		wrong {int} NOT NULL,
		last_at {int} NOT NULL,
		until {int} NOT NULL
	) {strict}`,
	`CREATE TABLE sys_state (
		name {text} PRIMARY KEY,
		num {int} NOT NULL,
		txt {text}
	) {strict}`,
	`INSERT INTO sys_state (name, num) VALUES ('org', 1)`,
}
