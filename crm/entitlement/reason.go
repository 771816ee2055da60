package entitlement

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Codes of reasons.
const (
	ContractNamesAsset   = "contract_names_asset"
	ContractNamesProduct = "contract_names_product"
	ContractForAll       = "contract_for_all"
	OverlapsToo          = "overlaps_too"
	FreeBy               = "free_by"
	WarrantyToo          = "warranty_too"
	VisitsLeft           = "visits_left"
	VisitsUsedUp         = "visits_used_up"
	HoursLeft            = "hours_left"
	HoursUsedUp          = "hours_used_up"
	NotSigned            = "not_signed"
	IsSuspended          = "suspended"
	WasEnded             = "ended"
	NotBegun             = "not_begun"
	RanOut               = "ran_out"
	NotForThirdParty     = "not_for_third_party"
	AssetRetired         = "asset_retired"
	WarrantyHolds        = "warranty_holds"
	WarrantyNotBegun     = "warranty_not_begun"
	WarrantyOver         = "warranty_over"
	WarrantyElsewhere    = "warranty_elsewhere"
	ThirdPartyWarranty   = "third_party_warranty"
	NoWarranty           = "no_warranty"
	NothingHolds         = "nothing_holds"
	ClassDefault         = "class_default"
)

// Reason is one of the facts that made the answer.
type Reason struct {
	Code string         `json:"code"`
	Args map[string]any `json:"args,omitempty"`
}

func reason(code string, kv []any) Reason {
	r := Reason{Code: code}
	for i := 0; i < len(kv); i += 2 {
		if r.Args == nil {
			r.Args = map[string]any{}
		}
		r.Args[kv[i].(string)] = kv[i+1]
	}
	return r
}

func (e *Entitlement) because(code string, kv ...any) {
	e.Reasons = append(e.Reasons, reason(code, kv))
}

// sentences are what the codes say, in Chinese and English.
var sentences = map[string][2]string{
	ContractNamesAsset:   {"合约 {number} {name}列明此资产,有效至 {until}", "contract {number} {name} names this asset, until {until}"},
	ContractNamesProduct: {"合约 {number} {name}涵盖此产品,有效至 {until}", "contract {number} {name} covers this product, until {until}"},
	ContractForAll:       {"合约 {number} {name}涵盖该客户的全部设备,有效至 {until}", "contract {number} {name} covers all that the customer has, until {until}"},
	OverlapsToo:          {"合约 {number} 同时有效", "contract {number} holds at the same time"},
	FreeBy:               {"合约 {number} 使更多项目免费", "contract {number} makes more of it free"},
	WarrantyToo:          {"仍在保修期内,保修内免费的项目照旧免费", "the warranty still holds, and what it makes free stays free"},
	VisitsLeft:           {"含 {total} 次上门,剩余 {left} 次", "{left} of {total} visits are left"},
	VisitsUsedUp:         {"所含 {total} 次上门已用完", "all {total} visits are used up"},
	HoursLeft:            {"含 {total} 小时工时,剩余 {left} 小时", "{left} of {total} hours are left"},
	HoursUsedUp:          {"所含 {total} 小时工时已用完", "all {total} hours are used up"},
	NotSigned:            {"合约 {number} 尚未签订", "contract {number} is not signed"},
	IsSuspended:          {"合约 {number} 已暂停", "contract {number} is suspended"},
	WasEnded:             {"合约 {number} 已终止", "contract {number} was ended"},
	NotBegun:             {"合约 {number} 从 {from} 起生效", "contract {number} begins {from}"},
	RanOut:               {"合约 {number} 已于 {until} 到期", "contract {number} ran out {until}"},
	NotForThirdParty:     {"合约 {number} 不含未列明的第三方设备", "contract {number} does not cover what third parties made unless it names it"},
	AssetRetired:         {"资产已报废", "the asset is retired"},
	WarrantyHolds:        {"{kind}保修至 {until}", "under warranty for {kind} until {until}"},
	WarrantyNotBegun:     {"保修从 {from} 开始", "the warranty begins {from}"},
	WarrantyOver:         {"保修已于 {until} 到期", "the warranty ended {until}"},
	WarrantyElsewhere:    {"保修仅限{kind}", "the warranty is for {kind} only"},
	ThirdPartyWarranty:   {"第三方产品,由其厂家保修", "made by a third party, whose own warranty it is under"},
	NoWarranty:           {"没有保修", "there is no warranty"},
	NothingHolds:         {"按保外默认规定处理", "what holds without contract and warranty applies"},
	ClassDefault:         {"按“{class}”级客户的规定", "as for customers of the class {class}"},
}

var kinds = map[string][2]string{
	"hardware":              {"硬件", "hardware"},
	"software":              {"软件", "software"},
	"hardware_and_software": {"硬件和软件", "hardware and software"},
}

// Words say the reason in a language ("zh", else English), with times as the clocks of a place show them.
func (r Reason) Words(lang string, place *time.Location) string {
	n := 1
	if lang == "zh" {
		n = 0
	}
	var pairs []string
	for name, v := range r.Args {
		s := fmt.Sprint(v)
		if at, ok := v.(time.Time); ok {
			s = at.In(place).Format("2006-01-02 15:04")
		} else if k, ok := kinds[s]; ok && name == "kind" {
			s = k[n]
		}
		pairs = append(pairs, "{"+name+"}", s)
	}
	// In one pass: what a contract is called may look like a place to fill in.
	out := strings.NewReplacer(pairs...).Replace(sentences[r.Code][n])
	return strings.Join(strings.Fields(out), " ")
}

// hours writes minutes as hours: "1.5".
func hours(minutes int) string {
	return strconv.FormatFloat(float64(minutes)/60, 'f', -1, 64)
}
