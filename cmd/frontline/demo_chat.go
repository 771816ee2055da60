package main

import (
	"context"

	"frontline/channels/webchat"
)

// demoSite is the key of the demo's chat site.
const demoSite = "demo"

// openChat gives the company a chat. Pages of the program's own may open it anyway.
func (d *demo) openChat(ctx context.Context) error {
	words := func(zh, en string) webchat.Words { return webchat.Words{Zh: zh, En: en} }
	_, err := d.h.chat.SaveSite(ctx, visitor, 0, webchat.Edit{
		Key: demoSite, Name: "北辰机床官网 Polaris", Origins: []string{"https://www.polaris.example"}, Colour: "#1f5fbf",
		Title:    words("北辰机床在线客服", "Polaris support"),
		Greeting: words("您好！请问有什么可以帮您？", "Hello! How can we help?"),
		Offline:  words("现在没有客服在线。请留言，我们会尽快回复您。", "Nobody is here at the moment. Leave us a message and we will get back to you."),
		Questions: []webchat.Question{
			{Name: "name", Kind: "name", Label: words("您的称呼", "Your name")},
			{Name: "email", Kind: "email", Label: words("邮箱", "Email")},
			{Name: "about", Kind: "choice", Label: words("咨询内容", "What is it about?"), Options: []webchat.Option{
				{Value: "service", Label: words("订单与发票", "Orders and invoices")},
				{Value: "tech", Label: words("设备故障", "A machine that fails")},
			}},
			{Name: "serial", Kind: "serial", Label: words("设备序列号", "Serial number of the machine")},
		},
		QueueID: d.queues["service"], MailAfter: 600, AwayAfter: 120,
		Routes: []webchat.Route{{Question: "about", Answer: "tech", Queue: d.queues["tech"]}},
	})
	return err
}
