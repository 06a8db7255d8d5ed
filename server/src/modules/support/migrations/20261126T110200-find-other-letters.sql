set role liaison_owner;

-- As for invoices: rows with letters of other scripts or rare signs, by these.
create index ticket_rare_search on ticket using gin (tenant_id, (string_to_array(regexp_replace(search_text, '[a-z0-9 ./,_\x01-]+', '', 'g'), null))) where search_text ~ '[^a-z0-9 ./,_\x01-]';

reset role;
set role liaison_authz;

create or replace function access.search_tickets(pattern text, tenants uuid[]) returns table (tenant_id uuid, id uuid)
  language plpgsql stable security definer rows 100
  set search_path = pg_catalog, public
  set plan_cache_mode = force_generic_plan
  as $$
declare
  wanted text := lower(pattern);
  rare text[] := string_to_array(regexp_replace(regexp_replace(substr(wanted, 2, greatest(char_length(wanted) - 2, 0)), '\\(.)', '\1', 'g'), '[a-z0-9 ./,_\x01-]+', '', 'g'), null);
  reached uuid[] := array(select r from access.reach('ticket', 'select') r where r = any (tenants));
begin
  if (wanted ~ '[a-z0-9]{3}') then
    return query
      select k.tenant_id, k.id
      from unnest(reached) t (id) cross join lateral (select n.tenant_id, n.id from ticket n where n.tenant_id = t.id and n.search_text like wanted) k;
  elsif (cardinality(rare) > 0) then
    return query
      select k.tenant_id, k.id
      from unnest(reached) t (id) cross join lateral (
        select n.tenant_id, n.id from ticket n
        where n.tenant_id = t.id and string_to_array(regexp_replace(n.search_text, '[a-z0-9 ./,_\x01-]+', '', 'g'), null) @> rare and n.search_text ~ '[^a-z0-9 ./,_\x01-]' and n.search_text || '' like wanted) k;
  else
    return query select k.tenant_id, k.id from ticket k where k.tenant_id = any (reached) and k.search_text || '' like wanted;
  end if;
  return query
    select k.tenant_id, k.id from access.own_tickets('ticket', 'select') o join ticket k on k.tenant_id = o.tenant_id and k.id = o.id
    where k.tenant_id = any (tenants) and k.search_text || '' like wanted;
end
$$;

reset role;
