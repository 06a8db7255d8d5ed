set role liaison_authz;

-- Whether these tenants have half of all invoices or more, as far as the table has been counted.
create function access.has_half_of_invoices(tenants uuid[]) returns boolean
  language sql stable
  set search_path = pg_catalog
  as $$
  select 2 * coalesce(sum(s.invoice_count), 0) >= c.reltuples and c.reltuples > 0
  from pg_class c left join public.invoice_state s on s.tenant_id = any (tenants)
  where c.oid = 'public.invoice'::regclass
  group by c.reltuples
  $$;
revoke execute on function access.has_half_of_invoices(uuid[]) from public;

-- As before. The index holds the letters of all tenants in one list each, and a look for each tenant goes through much of it: where most invoices
-- may be read, they are looked for once, and those of others are left out.
create or replace function access.search_invoices(pattern text, tenants uuid[])
  returns table (tenant_id uuid, id uuid, issued_on date, due_on date, status text, currency text, total_minor bigint, paid_minor bigint, balance_minor bigint)
  language plpgsql stable security definer rows 500
  set search_path = pg_catalog, public
  set plan_cache_mode = force_generic_plan
  as $$
declare
  wanted text := lower(pattern);
  beginning text := substr(wanted, 2, greatest(char_length(wanted) - 2, 0));
  is_short boolean := beginning ~ '^[ -~]{1,2}$' and beginning ~ '[a-z0-9]' and beginning !~ '[\\%_]';
  -- In a pattern a backslash stands before each sign that would be a wildcard.
  rare text[] := string_to_array(regexp_replace(regexp_replace(beginning, '\\(.)', '\1', 'g'), '[a-z0-9 ./,_\x01-]+', '', 'g'), null);
  reached uuid[] := array(select r from access.reach('invoice', 'select') r where r = any (tenants));
  is_long boolean := wanted ~ '[a-z0-9]{3}';
begin
  if (is_long and access.has_half_of_invoices(reached)) then
    return query
      with found as materialized (
        select n.tenant_id, n.id, n.issued_on, n.due_on, n.status, n.currency, n.total_minor, n.paid_minor, n.balance_minor from invoice n where n.search_text like wanted)
      select f.* from found f where f.tenant_id = any (reached);
  elsif (is_long) then
    return query
      select i.tenant_id, i.id, i.issued_on, i.due_on, i.status, i.currency, i.total_minor, i.paid_minor, i.balance_minor
      from unnest(reached) t (id) cross join lateral (select * from invoice n where n.tenant_id = t.id and n.search_text like wanted) i;
  elsif (is_short) then
    return query
      select i.tenant_id, i.id, i.issued_on, i.due_on, i.status, i.currency, i.total_minor, i.paid_minor, i.balance_minor
      from unnest(reached) t (id) cross join lateral (
        select * from invoice n where n.tenant_id = t.id and (n.search_text like beginning || '%' or n.search_text like '%' || chr(1) || beginning || '%')) i;
  elsif (cardinality(rare) > 0) then
    return query
      select i.tenant_id, i.id, i.issued_on, i.due_on, i.status, i.currency, i.total_minor, i.paid_minor, i.balance_minor
      from unnest(reached) t (id) cross join lateral (
        select * from invoice n
        where n.tenant_id = t.id and string_to_array(regexp_replace(n.search_text, '[a-z0-9 ./,_\x01-]+', '', 'g'), null) @> rare and n.search_text ~ '[^a-z0-9 ./,_\x01-]' and n.search_text || '' like wanted) i;
  else
    -- Signs that nearly every row has are in no index: every row of these tenants is looked at.
    return query
      select i.tenant_id, i.id, i.issued_on, i.due_on, i.status, i.currency, i.total_minor, i.paid_minor, i.balance_minor
      from invoice i where i.tenant_id = any (reached) and i.search_text || '' like wanted;
  end if;
  -- Where a link opens the partner's own accounts alone, only their invoices are looked at; they are few, so no index is asked.
  return query
    select i.tenant_id, i.id, i.issued_on, i.due_on, i.status, i.currency, i.total_minor, i.paid_minor, i.balance_minor
    from access.own_invoices('invoice', 'select') o join invoice i on i.tenant_id = o.tenant_id and i.id = o.id
    where i.tenant_id = any (tenants) and case when is_short and not is_long
      then i.search_text like beginning || '%' or i.search_text like '%' || chr(1) || beginning || '%'
      else i.search_text || '' like wanted end;
end
$$;


reset role;
