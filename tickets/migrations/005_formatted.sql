-- What a message's HTML has, told without reading it each time a timeline is shown. Only its beginning is looked at: a
-- mail that shows nothing in that much shows nothing.
alter table messages
	add column formatted boolean not null generated always as
		(coalesce(left(html, 200000) ~* '<(img|table|ul|ol|h[1-6]|center)[\s/>]|color *: *(red|#f00|#ff0000|rgb\(255, *0, *0\))|<font[^>]* color', false)) stored,
	add column remote_pictures boolean not null generated always as
		(coalesce(left(html, 200000) ~* '<img[^>]*[\s"'']src *= *["'']? *(https?:)?//', false)) stored;
