-- River's own tools ask this table which of the files before this one ran.
insert into river.river_migration (line, version) select 'main', generate_series(1, 8);

select grant_app_schema('river', 'select, insert, update, delete');
