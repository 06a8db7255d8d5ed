-- Trusted extensions that come with PostgreSQL: parts of words, and the tenant, in one index.
create extension if not exists pg_trgm;
create extension if not exists btree_gin;

set role liaison_owner;

create index invoice_search on invoice using gin (tenant_id, search_text gin_trgm_ops);

reset role;
set role liaison_authz;

-- Under row policies the planner may not look a pattern up in an index before it has asked the policy about each row, because `like` is
-- not leakproof. This function asks first which tenants are reached, and looks only into those.
create function access.search_invoices(pattern text, tenants uuid[])
  returns table (tenant_id uuid, id uuid, issued_on date, due_on date, status text, currency text, total_minor bigint, paid_minor bigint, balance_minor bigint)
  language plpgsql stable security definer rows 500
  set search_path = pg_catalog, public
  set plan_cache_mode = force_generic_plan
  as $$
declare
  wanted text := lower(pattern);
  reached uuid[] := array(select r from access.reach('invoice', 'select') r where r = any (tenants));
begin
  -- The index holds parts of three letters; for less it would be read from end to end, which costs more than the rows.
  if wanted ~ '[[:alnum:]]{3}' then
    return query
      select i.tenant_id, i.id, i.issued_on, i.due_on, i.status, i.currency, i.total_minor, i.paid_minor, i.balance_minor
      from unnest(reached) t (id) cross join lateral (select * from invoice n where n.tenant_id = t.id and n.search_text like wanted) i;
  else
    return query
      select i.tenant_id, i.id, i.issued_on, i.due_on, i.status, i.currency, i.total_minor, i.paid_minor, i.balance_minor
      from invoice i where i.tenant_id = any (reached) and i.search_text || '' like wanted;
  end if;
  -- Where a link opens the partner's own accounts alone, only their invoices are looked at.
  return query
    select i.tenant_id, i.id, i.issued_on, i.due_on, i.status, i.currency, i.total_minor, i.paid_minor, i.balance_minor
    from access.own_invoices('invoice', 'select') o join invoice i on i.tenant_id = o.tenant_id and i.id = o.id
    where i.tenant_id = any (tenants) and i.search_text || '' like wanted;
end
$$;
comment on function access.search_invoices(text, uuid[]) is 'The invoices whose number or customer is like a pattern, of those of the tenants that this transaction may read.';
grant execute on function access.search_invoices(text, uuid[]) to liaison_tenant, liaison_delegate;

reset role;
