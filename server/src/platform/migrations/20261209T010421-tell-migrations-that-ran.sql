-- A server asks whether the database has what it needs before it counts as ready. Names of migrations are in the public source.
grant select (name) on public.liaison_migration to liaison_guard;
