-- Those who lead others come into their work by acts of their own, which the audit and the ticket's timeline tell from anybody's edit;
-- and they set what is expected.

select permit('supervise.reassign', '{supervisor,manager,admin}'),
	permit('supervise.take_over', '{supervisor,manager,admin}'),
	permit('supervise.join', '{supervisor,manager,admin}'),
	permit('standard.edit', '{system:cli,system:demo,supervisor,manager,admin}');
