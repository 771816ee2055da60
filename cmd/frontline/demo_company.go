package main

// The demo's company makes machine tools and test equipment, in Chinese and English.

type demoPerson struct {
	login, name, role string
	tier              int
	language          string
	teams             []string
}

var people = []demoPerson{
	{"limin", "李敏", "agent", 1, "zh", []string{"客户服务"}},
	{"chenhao", "陈昊", "agent", 1, "zh", []string{"客户服务"}},
	{"emma", "Emma Clark", "agent", 1, "en", []string{"International"}},
	{"wangqiang", "王强", "engineer", 2, "zh", []string{"技术支持"}},
	{"zhaojing", "赵静", "supervisor", 3, "zh", []string{"客户服务", "技术支持"}},
	{"thomas", "Thomas Reed", "manager", 4, "en", []string{"International"}},
	{"admin", "管理员", "admin", 5, "zh", nil},
}

var queues = []struct{ key, name, nameEn, team, signature string }{
	{"service", "客户服务", "Customer service", "客户服务", "北辰机床客户服务\n400-810-0000"},
	{"tech", "技术支持", "Technical support", "技术支持", "北辰机床技术支持部"},
	{"world", "国际客户", "International", "International", "Polaris Machine Tools\nCustomer Service"},
}

// story is what a customer writes, first and later.
type story struct {
	name, email, queue, channel, kind, severity string
	subject, text                               string
	more                                        []string
}

// customer is somebody to whom the same thing happens later.
type customer struct{ name, login, host string }

// Customers of each tongue, so that nobody writes in another's.
var (
	atHome = []customer{
		{"周建国", "zhoujg", "hengda-valve.example"},
		{"吴丽", "wuli", "ningbo-mold.example"},
		{"郑涛", "zhengtao", "xjt-motor.example"},
		{"林小雨", "linxy", "tw-optics.example"},
	}
	abroad = []customer{
		{"Laura Meier", "laura.meier", "meier-guss.example"},
		{"Daniel Osei", "d.osei", "accra-tools.example"},
		{"Priya Nair", "priya", "nair-precision.example"},
		{"Marco Bianchi", "m.bianchi", "bianchi-stampi.example"},
	}
)

func urgency(n int) *int         { return &n }
func state(s string) *string     { return &s }
func tags(t ...string) *[]string { return &t }

// begun is what colleagues have done about the first stories.
var begun = []struct {
	ticket   int
	by       string
	priority *int
	state    *string
	tags     *[]string
	note     string
}{
	{0, "wangqiang", urgency(1), nil, tags("主轴", "停机"), "客户产线停机,先远程看报警记录 AL-401;若是编码器,需带备件 SPN-22 上门。"},
	{1, "limin", nil, state("pending"), tags("发票"), "已请财务重开发票,等客户确认税号。"},
	{2, "emma", urgency(2), nil, tags("shipping"), "Forwarder confirms: container held at customs, missing packing list. Sent it again this morning."},
	{4, "wangqiang", nil, state("on_hold"), tags("备件"), "备件 KB-7 在途,预计两天后到。"},
	{5, "emma", nil, state("resolved"), tags("manual"), "Sent the link to the English manual, chapter 6."},
	{7, "limin", urgency(4), nil, nil, ""},
}
