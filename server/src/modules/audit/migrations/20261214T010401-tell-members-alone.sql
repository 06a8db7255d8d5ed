-- As the table does, to whoever the log is open to now: whoever had left an organisation, and whoever only works there, was told.
create or replace function audit.own_details(events uuid[]) returns TABLE(event_id uuid, ip inet, reason text, counted_repeats integer, counted_rows bigint) language sql stable security definer set search_path = pg_catalog, public, pg_temp
AS $$
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
      when 'tenant' then e.plane = 'tenant' and e.tenant_id = reader.scope_id
      when 'delegation' then e.plane = 'delegation' and e.partner_id = (context ->> 'partner_id')::uuid
      else false end as is_own) side
  where context ->> 'plane' = 'platform'
    or (exists (select from audit_scope s where s.event_id = e.id and s.occurred_at = e.occurred_at and s.kind = reader.kind and s.scope_id = reader.scope_id)
      and (context ->> 'plane' <> 'delegation' or is_own))
$$;

create or replace function audit.own_sealed_event(event uuid) returns TABLE(leaf_index bigint, hash bytea, event jsonb, salt uuid, personal text, digest bytea) language sql stable security definer set search_path = pg_catalog, public, pg_temp
AS $$
  with reader as materialized (
    select case access.context_plane() when 'program' then 'partner' when 'tenant' then 'tenant' end as kind,
      case access.context_plane() when 'program' then access.partner_of_owner() when 'tenant' then (select reached from access.reach('audit_scope', 'select') reached) end as scope_id
  )
  select l.leaf_index, l.hash,
    case when shown.is_whole then (
      select jsonb_object_agg(member.key, member.value)
      from jsonb_each(to_jsonb(e) - array['ip', 'user_agent', 'origin_salt', 'origin_digest', 'actor_name', 'resource_label', 'reason', 'changes', 'personal_salt', 'personal_digest']
        || jsonb_build_object('v', 2,
          'occurred_at', to_char(e.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
          'origin', encode(coalesce(e.origin_digest, audit.origin_digest_of(e)), 'hex'),
          'personal', encode(coalesce(e.personal_digest, audit.personal_digest_of(e)), 'hex'),
          'scopes', coalesce((select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('id', s.scope_id, 'kind', s.kind, 'row_count', s.row_count)) order by s.kind collate "C", s.scope_id)
            from audit_scope s where s.event_id = e.id and s.occurred_at = e.occurred_at), '[]'))) member
      where member.value <> 'null') end,
    case when shown.is_whole and shown.names then e.personal_salt end,
    case when shown.is_whole and shown.names then audit.personal_text_of(e) end,
    case when shown.is_whole and shown.names then e.personal_digest end
  from reader
  join audit_scope own on own.event_id = event and own.kind = reader.kind and own.scope_id = reader.scope_id
  join audit_event e on e.id = own.event_id and e.occurred_at = own.occurred_at
  left join audit_leaf l on l.event_id = e.id and l.occurred_at = e.occurred_at
  cross join lateral (select case reader.kind
      when 'partner' then e.plane in ('program', 'delegation') and e.partner_id = reader.scope_id
      else e.plane = 'tenant' and e.tenant_id = reader.scope_id end as acted) side
  cross join lateral (select
      side.acted is true or e.reason is null as names,
      (reader.kind = 'partner' or e.row_count is null or e.row_count = own.row_count)
      and not exists (select from audit_scope s
        where s.event_id = e.id and s.occurred_at = e.occurred_at
          and ((s.kind, s.scope_id) = (reader.kind, reader.scope_id)
            or (s.kind = 'partner' and s.scope_id = e.partner_id)
            or (reader.kind = 'partner' and s.kind = 'tenant' and (s.scope_id = e.tenant_id or (side.acted and s.row_count > 0)))) is not true) as is_whole) shown
$$;
