-- River's tables are apart from ours: it alone reads and writes them.
create schema river;
