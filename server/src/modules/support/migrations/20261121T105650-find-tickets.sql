set role liaison_owner;

-- What a search looks at, in the form in which it is compared.
alter table ticket add column search_text text generated always as (lower(number || chr(1) || subject || chr(1) || coalesce(customer_name, ''))) stored;
-- With all that counts and orders look at, so that they are answered from the index alone.
drop index ticket_newest;
create index ticket_newest on ticket (tenant_id, created_at desc, id desc)
  include (status, priority, assigned_to, resolved_at, sla_metric, sla_due_at, sla_target_minutes, sla_paused_since, sla_breached_at);
drop index ticket_live;
create index ticket_live on ticket (tenant_id, priority, created_at) include (sla_metric, sla_due_at, sla_target_minutes, sla_paused_since)
  where status in ('open', 'pending', 'on_hold');
create index ticket_search on ticket using gin (tenant_id, search_text gin_trgm_ops);

reset role;
set role liaison_authz;

-- As for invoices (access.search_invoices): asks first which tenants are reached, and looks only into those.
create function access.search_tickets(pattern text, tenants uuid[]) returns table (tenant_id uuid, id uuid)
  language plpgsql stable security definer rows 100
  set search_path = pg_catalog, public
  set plan_cache_mode = force_generic_plan
  as $$
declare
  wanted text := lower(pattern);
  reached uuid[] := array(select r from access.reach('ticket', 'select') r where r = any (tenants));
begin
  if wanted ~ '[[:alnum:]]{3}' then
    return query
      select k.tenant_id, k.id
      from unnest(reached) t (id) cross join lateral (select n.tenant_id, n.id from ticket n where n.tenant_id = t.id and n.search_text like wanted) k;
  else
    return query select k.tenant_id, k.id from ticket k where k.tenant_id = any (reached) and k.search_text || '' like wanted;
  end if;
  return query
    select k.tenant_id, k.id from access.own_tickets('ticket', 'select') o join ticket k on k.tenant_id = o.tenant_id and k.id = o.id
    where k.tenant_id = any (tenants) and k.search_text || '' like wanted;
end
$$;
comment on function access.search_tickets(text, uuid[]) is 'The tickets whose number, subject or customer is like a pattern, of those of the tenants that this transaction may read.';
grant execute on function access.search_tickets(text, uuid[]) to liaison_tenant, liaison_delegate;

reset role;
