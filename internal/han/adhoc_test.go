package han_test
import ("testing";"os";"strings";"fmt";"kedang/internal/han")
func TestAdhoc(t *testing.T){
 for _,f:=range []string{"cities","areas"} { b,_:=os.ReadFile("/work/shared/data/divisions/"+f+".csv"); var o []string
 for _,l:=range strings.Split(string(b),"\n"){ p:=strings.Split(l,","); if len(p)<2{continue}; n:=strings.Trim(p[1],"\"\r"); 
  for _,r:=range n { if len(han.Readings(r))>1 { o=append(o,n+"="+strings.ReplaceAll(han.Pinyin(n)," ","")); break } } }
 fmt.Println(strings.Join(o," ")) }
 b,_:=os.ReadFile("/work/shared/data/names/cn_company_short_20k.txt"); n,c:=0,0
 for _,l:=range strings.Fields(string(b)) { var k han.Tokens; k.Title(l,""); n+=len(k.List()); c++ }
 fmt.Println("avg",n/c)
 var k han.Tokens; k.Title("深圳市华强电子科技有限公司",""); fmt.Println(len(k.List()), k.List())
}
