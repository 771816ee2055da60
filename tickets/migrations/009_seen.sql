-- What is read where the customer is, such as a chat, is sent with the commit, and the customer's side says how far it came.

alter domain delivery_state drop constraint delivery_state_check;
alter domain delivery_state add constraint delivery_state_check check (value in ('queued', 'sending', 'sent', 'uncertain', 'failed', 'delivered', 'read'));
