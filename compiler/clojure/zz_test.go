package clojure
import ("testing";"fmt";"os"
"github.com/stormflux/stormflux/compiler"
"github.com/stormflux/stormflux/schema"
"github.com/stormflux/stormflux/validate"
"github.com/stormflux/stormflux/diag")
func TestZZ(t *testing.T){
 for _,d:=range Dialects(){
 doc,dd,err:=schema.Load("/tmp/clj/t/wc.yaml",schema.Options{})
 if err!=nil{t.Fatal(err)}
 top,dd2:=validate.Check(doc,validate.Options{Loaded:dd})
 if top==nil{diag.Write(os.Stdout,dd2,diag.Options{});t.FailNow()}
 p,dd:=compiler.Compile(top)
 diag.Write(os.Stdout,dd,diag.Options{Format:diag.Text})
 if p==nil{t.FailNow()}
 text,dd:=Emit(p,Options{Dialect:d})
 diag.Write(os.Stdout,dd,diag.Options{Format:diag.Text})
 fmt.Println(string(text))
 }
}
