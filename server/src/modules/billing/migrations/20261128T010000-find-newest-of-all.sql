set role liaison_owner;

-- The invoices of everybody in the order of a list, for those who read the lists of very many tenants as one.
create index invoice_newest_of_all on invoice (issued_on desc, id desc) include (tenant_id);

reset role;
set role liaison_authz;

-- Where a reader has a large share of all tenants, the newest of all invoices are mostly theirs: some are passed over, and no tenant's
-- own list is looked at. It passes over so many and no more, because for few or quiet tenants it would read the invoices of the others.
create function access.newest_invoices(tenants uuid[], before_day date, before_id uuid, wanted integer, at_most integer) returns table (tenant_id uuid, id uuid)
  language plpgsql stable security definer rows 50
  set search_path = pg_catalog, public
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  set jit = off
  as $$
#variable_conflict use_column
declare
  reached uuid[] := array(select r from access.reach('invoice', 'select') r join unnest(tenants) t (id) on t.id = r);
begin
  return query
    select n.tenant_id, n.id
    from (
      select i.tenant_id, i.id, i.issued_on from invoice i
      where (i.issued_on, i.id) < (before_day, before_id)
      order by i.issued_on desc, i.id desc limit at_most) n
    -- Within an expression it stays a look into a hash, row by row in the order of the index, and ends with the last row wanted.
    where coalesce(n.tenant_id in (select unnest(reached)), false)
    order by n.issued_on desc, n.id desc limit wanted;
end
$$;
comment on function access.newest_invoices(uuid[], date, uuid, integer, integer) is
  'Of the newest invoices before a place in the list, as many as wanted of the tenants that this transaction may read whole; fewer when they are not among so many of all.';
grant execute on function access.newest_invoices(uuid[], date, uuid, integer, integer) to liaison_tenant, liaison_delegate;

reset role;
