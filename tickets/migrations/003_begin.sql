-- Who may write to a customer who has not written first.
select permit('ticket.begin', '{agent,engineer,dispatcher,supervisor,manager,admin}');
