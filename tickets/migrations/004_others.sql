-- Who else got a message in the open, our own addresses left out: an answer to all goes to them. null: those in copy.
alter table messages add column others text[];
