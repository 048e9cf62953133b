package job

// ParseSpec lets the tests ask schedules for their times.
var ParseSpec = parseSpec
