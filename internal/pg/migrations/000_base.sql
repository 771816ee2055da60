-- What the modules' migrations call, so that they stay short. The role frontline_app exists before this file runs.

-- grant_app gives the program rights on a table or view, e.g. select grant_app('tickets', 'select, insert, update').
-- Identity columns need no right of their own.
create function grant_app(object regclass, rights text) returns void language plpgsql as $$
begin
	if rights !~ '^\s*(select|insert|update|delete)(\s*,\s*(select|insert|update|delete))*\s*$' then
		raise exception 'grant_app(%): rights must be a list of select, insert, update, delete, not "%"', object, rights
			using errcode = '22023';
	end if;
	execute format('grant %s on %s to frontline_app', rights, object);
end $$;

-- grant_app_schema gives the program rights on every table and sequence that a schema has now.
create function grant_app_schema(name regnamespace, rights text) returns void language plpgsql as $$
declare
	object regclass;
begin
	execute format('grant usage on schema %s to frontline_app', name);
	for object in select c.oid from pg_class c where c.relnamespace = name and c.relkind in ('r', 'p', 'v', 'm') loop
		perform grant_app(object, rights);
	end loop;
	execute format('grant usage, select on all sequences in schema %s to frontline_app', name);
end $$;

revoke execute on function grant_app, grant_app_schema from public;
