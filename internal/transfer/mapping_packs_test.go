package transfer_test

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"kedang/internal/meta"
	"kedang/internal/transfer"
)

// TestMapOurPacks: plain headers find their fields in the general pack with no
// hand mapping, in whatever order the columns stand.
func TestMapOurPacks(t *testing.T) {
	var sources []meta.Source
	for _, p := range []string{"core", "general"} {
		sources = append(sources, meta.Source{Name: "packs/" + p, FS: os.DirFS(filepath.Join("..", "..", "packs", p))})
	}
	schema, problems := meta.Load(sources...)
	if problems.Fatal() {
		t.Fatal(problems.Error())
	}
	for _, x := range []struct{ typ, header, want string }{
		{"customer", "客户编号,姓名,公司,职位,手机,座机,邮箱,微信,地址,来源,备注", "number name employer job_title phones phones emails wechat address source remark"},
		{"customer", "公司,手机,姓名,职位", "employer phones name job_title"},
		{"customer", "手机,公司名称", "phones name"},
		{"customer", "公司,电话1,电话2", "name phones phones"},
		{"customer", "姓名,手机", "name phones"},
		{"customer", "id,公司名稱,公司簡稱,住址,總機電話,英文簡稱,英文通訊地址,網址", "external_no name short_name address phones english_name english_address website"},
		{"customer", "客户名称,联系人,电话", "name contact_name phones"},
		{"customer", "联系人,电话,客户名称", "contact_name phones name"},
		{"customer", "公司名称,联系人,联系电话,公司地址,所属行业", "name contact_name phones address industry"},
		{"customer", "姓名,客户名称,职务,手机号码(必填)", "contact_name name job_title phones"},
		{"customer", "企业名称,法人,统一社会信用代码,注册资本,成立日期,经营范围", "name legal_rep uscc registered_capital founded_on business_scope"},
		{"customer", "客戶名稱,統一編號,聯絡人,聯絡電話,送貨地址,付款條件", "name tw_ubn contact_name phones usage_address settlement"},
		{"customer", "客户单位名称,客户联络人,手机/电话,客户状态,客户经理备注", "name contact_name phones - -"},
		{"customer", "name,street_number,Phone 1 - Value,Phone 1 - Type,Billing City", "name - phones - region"},
		{"customer", "客户名称,业务员电话,紧急联系人电话,配偶姓名", "name - - -"},
		{"customer", "客户名称,省份,城市,区县,详细地址", "name address address address address"},
		{"customer", "客户名称,城市,地址", "name region address"},
		{"customer", "姓,名,手机", "name name phones"},
		{"customer", "first name,last name,company,phone", "name name employer phones"},
		{"customer", "Company Name,First Name,Last Name,E-mail Address,Business Phone,Business Street,Business City,Business State,Business Country/Region,Web Page", "employer name name emails phones address address address region website"},
		{"customer", "客戶編號,公司名稱,統編,行動,公司電話,縣市,鄉鎮市區,地址,往來銀行", "number name tw_ubn phones phones address address address bank"},
		{"customer", "序号,单位全称,姓名,手机,年销售额", "- name contact_name phones yearly_turnover"},
		{"customer", "购方名称,纳税人识别号,客户名", "name uscc -"},
		{"customer", "FN,ORG,TITLE,TEL,FAX,EMAIL,ADR,ZIP,URL,BDAY,NICKNAME,CATEGORIES,WeChat,QQ,NOTE", "name employer job_title phones fax emails address post_code website birth_date alias tags wechat accounts remark"},
		{"customer", "公司名稱,聯絡人,電話,電郵,業務性質,商業登記號碼", "name contact_name phones emails industry licence_no"},
		{"customer", "Account Name,Billing Street,Billing City,Billing State/Province", "name address address address"},
		{"contract", "客户名称,合同编号,合同名称,签订日期,合同金额（万元）", "customer paper_no subject signed_on amount"},
		{"complaint", "客户名称,投诉时间,类别,内容,处理结果,状态", "customer reported_at kind subject decision state"},
		{"order", "订单号,客户名称,下单日期,状态", "number customer day state"},
		{"payment", "客户,到账日期,金额,方式,备注", "customer day amount way remark"},
		{"contact", "FN,ORG,TITLE,TEL,EMAIL,BDAY,WeChat,NOTE", "name customer position phones emails birthday wechat remark"},
		{"contact", "公司,姓名,职务,手机", "customer name position phones"},
		{"product", "货号,品名,规格,单位,单价,库存", "sku name spec unit list_price stock"},
	} {
		typ, _ := schema.Type(x.typ)
		path := filepath.Join(t.TempDir(), "sheet.csv")
		row := strings.Repeat("某某甲乙丙丁,", strings.Count(x.header, ",")) + "某某甲乙丙丁"
		if err := os.WriteFile(path, []byte(x.header+"\n"+row+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := transfer.Inspect(f, typ, transfer.Hints{Region: "CN", Today: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
		f.Close()
		if err != nil {
			t.Errorf("%s: %v", x.header, err)
			continue
		}
		var got []string
		for _, c := range plan.Columns {
			got = append(got, cmp.Or(c.Field, "-"))
		}
		if diff := gocmp.Diff(x.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", x.typ, x.header, diff)
		}
	}
}
