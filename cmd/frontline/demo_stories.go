package main

// stories are what the demo's customers have to say.
var stories = []story{
	{
		name: "张伟", email: "zhangwei@hongyuan-bearing.example", queue: "tech", channel: "form", kind: "故障", severity: "停机",
		subject: "VMC-850 主轴转速不稳,报警 AL-401",
		text: "我们车间的 VMC-850(序列号 PL850-2207-0193)今天早上开始主轴转速不稳,8000 转以上就报警 AL-401,已经停机两个小时。\n\n" +
			"重启过两次,没有用。请尽快安排工程师,这条线每天要出 300 件。\n\n张伟\n宏远轴承 设备科",
		more: []string{
			"补充一下:报警时电流表显示 31A,平时是 18A 左右。要不要先拆防护罩看编码器线?",
			"还在停机,请给个时间,我好跟生产那边交代。",
		},
	},
	{
		name: "刘芳", email: "liufang@tianjin-pump.example", queue: "service", channel: "form", kind: "咨询",
		subject: "上月服务费发票抬头写错了",
		text:    "你好,上个月的服务费发票抬头写成了“天津水泵有限公司”,应该是“天津水泵集团有限公司”。财务不给报销,能否重开?\n\n税号 91120000MA05XXXX1K。谢谢。",
		more:    []string{"请问发票重开了吗?月底前要用。"},
	},
	{
		name: "Sarah Johnson", email: "sarah.johnson@northshore-castings.example", queue: "world", channel: "form", kind: "delivery",
		subject: "Order PO-77120 has not arrived",
		text: "Hello,\n\nthe fixture plates of our order PO-77120 were promised for last Friday. The tracking page has said \"in transit\" for six days now. " +
			"We have a customer audit on the 3rd and need them on the machine before that.\n\nCan you tell me where they are?\n\nSarah Johnson\nNorthshore Castings",
		more: []string{"Any news? The audit is in four days now, and my manager asks me every morning."},
	},
	{
		name: "何志强", email: "hezq@greenwave-home.example", queue: "service", channel: "form", kind: "投诉", severity: "高",
		subject: "同一个问题报修三次了还没解决",
		text:    "这是我第三次因为 HT-20 试验箱温度漂移报修了。前两次工程师来调了参数,过一个星期又漂。\n\n我们不需要再调参数,需要你们找到原因。如果这次还解决不了,我们要求换机。",
		more:    []string{"附上这周的温度记录:设定 85 度,周一 84.9,周三 83.1,周五 81.6。每天漂 0.6 度左右。"},
	},
	{
		name: "孙悦", email: "sunyue@lanhai-auto.example", queue: "tech", channel: "form", kind: "备件",
		subject: "夹具 KB-7 弹簧断裂,需要备件",
		text:    "振动台夹具 KB-7 的弹簧断了一根(照片稍后发)。请报价两套弹簧,并告知货期。设备还在保修期内,合同号 SC-2024-118。",
		more:    []string{"请问保修期内弹簧是免费的吗?合同里写的是易损件除外。"},
	},
	{
		name: "Michael Brown", email: "m.brown@brown-tooling.example", queue: "world", channel: "form", kind: "question",
		subject: "Where do I find the English manual for the HT-20?",
		text:    "Hi, the chamber came with a Chinese manual only. Is there an English one for download? I need the part about the limit switches.\n\nThanks, Mike",
	},
	{
		name: "黄丽娟", email: "huanglj@sunny-electric.example", queue: "service", channel: "form", kind: "咨询",
		subject: "想了解年度维保合同的价格",
		text:    "我们有 4 台 VMC-850、1 台 HT-20,都过保了。想做年度维保,请报:\n1. 8*5 响应,次日上门\n2. 24*7 响应,4 小时上门\n另外备件折扣是多少?",
		more:    []string{"我们领导倾向第二种,请问 4 小时是从报修算起还是从确认算起?节假日算不算?"},
	},
	{
		name: "马超", email: "machao@qinghe-textile.example", queue: "service", channel: "form", kind: "咨询",
		subject: "培训什么时候开班",
		text:    "请问数控操作员培训下一期什么时候开班?我们要派两个人,需要住宿安排吗?",
	},
	{
		name: "Olivia Davis", email: "olivia@davis-aerospace.example", queue: "world", channel: "form", kind: "fault", severity: "high",
		subject: "Door interlock trips during rapid traverse",
		text: "Machine: VMC-850, serial PL850-2301-0044, warranty until next March.\n\nThe door interlock trips about twice an hour during rapid traverse, although the door is closed. " +
			"We have cleaned the switch. The log shows E-217 each time. It costs us scrap on every trip.\n\nPlease advise whether we may adjust the switch bracket ourselves without losing warranty.",
		more: []string{"It has now tripped five times since lunch. We have stopped the job."},
	},
	{
		name: "钱进", email: "qianjin@jinda-mould.example", queue: "tech", channel: "form", kind: "咨询",
		subject: "刀库换刀时有异响",
		text:    "换 12 号刀时刀库有“咔”的一声,其他刀位没有。精度暂时没影响。需要停机检查吗?还是可以等到下个月保养?",
		more:    []string{"今天 11 号刀位也有声音了,比昨天响。"},
	},
	{
		name: "徐静", email: "xujing@yifeng-food.example", queue: "service", channel: "form", kind: "退款",
		subject: "重复扣款,申请退回",
		text:    "10 月份的服务费扣了两次,金额都是 1322.00 元,流水号 20241011-8831 和 20241011-8832。请核实后退回一笔。",
		more:    []string{"财务查到了吗?一般多久能退?"},
	},
	{
		name: "James Wilson", email: "j.wilson@wilson-labs.example", queue: "world", channel: "form", kind: "question",
		subject: "Calibration certificate for last visit",
		text:    "Your engineer calibrated our HT-20 on the 12th. The certificate has not arrived yet; our auditor asks for it. The visit number was V-20931.\n\nRegards,\nJames Wilson",
		more:    []string{"Thank you for looking. A scan would be enough for the moment, the original can follow by post."},
	},
	{
		name: "高翔", email: "gaoxiang@beifang-ship.example", queue: "tech", channel: "form", kind: "故障", severity: "中",
		subject: "触摸屏部分区域无反应",
		text:    "HT-20 的触摸屏右下角一块没有反应,正好是“确认”键的位置,现在只能用外接鼠标操作。屏幕校准过,没用。",
		more:    []string{"外接鼠标也开始断断续续了,能否先寄一块屏来,我们自己换?"},
	},
	{
		name: "Anna Schmidt", email: "a.schmidt@schmidt-pruefung.example", queue: "world", channel: "form", kind: "question",
		subject: "Upgrade of the controller to version 5",
		text: "Good morning,\n\nwe read that version 5 of the controller supports the new test profiles. Our chamber runs 4.2. Can it be upgraded on site, how long does it take, " +
			"and are our own profiles kept?\n\nWith kind regards\nAnna Schmidt",
	},
	{
		name: "罗敏", email: "luomin@chuanxi-heavy.example", queue: "service", channel: "form", kind: "表扬",
		subject: "感谢王工周末上门",
		text:    "周六下午设备突然停机,王强工程师两个小时就到了现场,晚上八点恢复生产。非常感谢!请转达给他的领导。",
	},
	{
		name: "Kevin O'Neill", email: "koneill@oneill-gears.example", queue: "world", channel: "form", kind: "complaint", severity: "high",
		subject: "Invoice charges travel twice",
		text:    "Invoice 40718 charges travel for two engineers, but only one came. I asked for a correction by phone two weeks ago and got the same invoice again.\n\nPlease correct it or tell me who can.",
		more:    []string{"I have now been asked for my customer number a third time. It is on the invoice."},
	},
}
