set role liaison_authz;

-- As before, and one or two letters find what begins with them: the index holds the beginnings of words, and of so short a text no other part.
create or replace function access.search_invoices(pattern text, tenants uuid[])
  returns table (tenant_id uuid, id uuid, issued_on date, due_on date, status text, currency text, total_minor bigint, paid_minor bigint, balance_minor bigint)
  language plpgsql stable security definer rows 500
  set search_path = pg_catalog, public
  set plan_cache_mode = force_generic_plan
  as $$
declare
  wanted text := lower(pattern);
  beginning text := substr(wanted, 2, greatest(char_length(wanted) - 2, 0));
  reached uuid[] := array(select r from access.reach('invoice', 'select') r where r = any (tenants));
begin
  if wanted ~ '[[:alnum:]]{3}' then
    return query
      select i.tenant_id, i.id, i.issued_on, i.due_on, i.status, i.currency, i.total_minor, i.paid_minor, i.balance_minor
      from unnest(reached) t (id) cross join lateral (select * from invoice n where n.tenant_id = t.id and n.search_text like wanted) i;
  elsif beginning ~ '^[ -~]{1,2}$' and beginning ~ '[a-z0-9]' and beginning !~ '[\\%_]' then
    return query
      select i.tenant_id, i.id, i.issued_on, i.due_on, i.status, i.currency, i.total_minor, i.paid_minor, i.balance_minor
      from unnest(reached) t (id) cross join lateral (
        select * from invoice n where n.tenant_id = t.id and (n.search_text like beginning || '%' or n.search_text like '%' || chr(1) || beginning || '%')) i;
  else
    -- Signs, and one or two letters of other scripts, are in no index: every row of these tenants is looked at.
    return query
      select i.tenant_id, i.id, i.issued_on, i.due_on, i.status, i.currency, i.total_minor, i.paid_minor, i.balance_minor
      from invoice i where i.tenant_id = any (reached) and i.search_text || '' like wanted;
  end if;
  -- Where a link opens the partner's own accounts alone, only their invoices are looked at; they are few, so no index is asked.
  return query
    select i.tenant_id, i.id, i.issued_on, i.due_on, i.status, i.currency, i.total_minor, i.paid_minor, i.balance_minor
    from access.own_invoices('invoice', 'select') o join invoice i on i.tenant_id = o.tenant_id and i.id = o.id
    where i.tenant_id = any (tenants) and case
      when wanted !~ '[[:alnum:]]{3}' and beginning ~ '^[ -~]{1,2}$' and beginning ~ '[a-z0-9]' and beginning !~ '[\\%_]'
        then i.search_text like beginning || '%' or i.search_text like '%' || chr(1) || beginning || '%'
      else i.search_text || '' like wanted end;
end
$$;
comment on function access.search_invoices(text, uuid[]) is 'The invoices whose number or customer is like a pattern, or begins with a text of one or two letters, of those of the tenants that this transaction may read.';

reset role;
