-- What a tenant's own agencies do through forms and keys is the tenant's own doing: no partner acts there, and the details are the tenant's.
set role liaison_authz;

create or replace function audit.own_details(events uuid[])
 returns TABLE(event_id uuid, ip inet, reason text, counted_repeats integer, counted_rows bigint)
 language sql
 stable security definer
 set search_path to 'pg_catalog', 'public', 'pg_temp'
as $function$
  with reader as materialized (
    select context,
      case context ->> 'plane' when 'program' then 'partner' when 'tenant' then 'tenant' when 'delegation' then 'tenant' end as kind,
      case context ->> 'plane'
        when 'program' then access.partner_of_owner()
        when 'platform' then null
        else (select reached from access.reach('audit_scope', 'select') reached where reached = (context ->> 'tenant_id')::uuid)
      end as scope_id
    from (select access.context() as context) present
  )
  select e.id,
    case when is_own then e.ip end,
    case when is_own then e.reason end,
    w.repeats,
    case when reader.kind is distinct from 'tenant' or w.tenant_rows = '{}' then w.row_count else (w.tenant_rows ->> reader.scope_id::text)::bigint end
  from unnest(events) asked(id)
  cross join reader
  join audit_event e on e.id = asked.id
  left join audit_read_window w on w.event_id = e.id
  cross join lateral (select case context ->> 'plane'
      when 'platform' then true
      when 'program' then e.plane in ('program', 'delegation') and e.partner_id = reader.scope_id
      when 'tenant' then e.tenant_id = reader.scope_id and (e.plane = 'tenant' or (e.plane = 'delegation' and e.partner_id is null and e.actor_type <> 'stranger'))
      when 'delegation' then e.plane = 'delegation' and e.partner_id = (context ->> 'partner_id')::uuid
      else false end as is_own) side
  where context ->> 'plane' = 'platform'
    or (exists (select from audit_scope s where s.event_id = e.id and s.occurred_at = e.occurred_at and s.kind = reader.kind and s.scope_id = reader.scope_id)
      and (context ->> 'plane' <> 'delegation' or is_own))
$function$;

reset role;
