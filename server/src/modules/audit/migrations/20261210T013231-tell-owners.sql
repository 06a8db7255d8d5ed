set role liaison_authz;

-- What a partner's people did is read by its owners over the API; these functions told it whomever the context of the partner names.
create or replace function audit.feed(place bigint, most integer) returns table(leaves bigint[], events uuid[], times text[], previous bigint, looked_upto bigint, size bigint)
  language plpgsql stable security definer
  set search_path = pg_catalog, public, pg_temp
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  plane text := access.context_plane();
  of_kind text := case plane when 'program' then 'partner' when 'tenant' then 'tenant' end;
  of_id uuid := case plane when 'program' then access.partner_of_owner() when 'tenant' then access.context_id('tenant_id') end;
  wanted integer := greatest(1, least(most, 1000));
  width bigint := greatest(1024, wanted * 4);
  since timestamptz;
  until timestamptz;
  upto bigint;
  page record;
begin
  if plane is null or plane not in ('program', 'tenant', 'platform') or (plane <> 'platform' and of_id is null) then
    return;
  end if;
  if plane = 'tenant' and not exists (select from access.reach('audit_scope', 'select') r (id) where r.id = of_id) then
    return;
  end if;
  place := greatest(-1, place);
  leaves := '{}'; events := '{}'; times := '{}';
  looked_upto := place;
  size := coalesce((select l.leaf_index + 1 from audit_leaf l order by l.leaf_index desc limit 1), 0);
  if plane = 'platform' then
    select coalesce(array_agg(l.leaf_index order by l.leaf_index), '{}'), coalesce(array_agg(l.event_id order by l.leaf_index), '{}'),
      coalesce(array_agg(l.occurred_at::text order by l.leaf_index), '{}')
    into leaves, events, times
    from (select * from audit_leaf where leaf_index > place order by leaf_index limit wanted) l;
    looked_upto := coalesce(leaves[cardinality(leaves)], place);
    previous := (select l.leaf_index from audit_leaf l where l.leaf_index < leaves[1] order by l.leaf_index desc limit 1);
    return next;
    return;
  end if;
  while looked_upto < size - 1 and cardinality(leaves) < wanted and looked_upto - place < 262144 loop
    select min(l.occurred_at), max(l.occurred_at), max(l.leaf_index) into since, until, upto
    from audit_leaf l where l.leaf_index > looked_upto and l.leaf_index <= looked_upto + width;
    with own as materialized (
      select s.event_id, s.occurred_at from audit_scope s where s.kind = of_kind and s.scope_id = of_id and s.occurred_at between since and until
    ), next as (
      select sealed.leaf_index, own.event_id, own.occurred_at
      from own cross join lateral (select l.leaf_index from audit_leaf l where l.event_id = own.event_id offset 0) sealed
      where sealed.leaf_index > looked_upto and sealed.leaf_index <= upto
      order by sealed.leaf_index limit wanted - cardinality(leaves)
    )
    select coalesce(array_agg(n.leaf_index order by n.leaf_index), '{}') as leaves, coalesce(array_agg(n.event_id order by n.leaf_index), '{}') as events,
      coalesce(array_agg(n.occurred_at::text order by n.leaf_index), '{}') as times
    into page from next n;
    leaves := leaves || page.leaves; events := events || page.events; times := times || page.times;
    looked_upto := case when cardinality(leaves) = wanted then leaves[wanted] else least(looked_upto + width, size - 1) end;
    width := width * 4;
  end loop;
  if cardinality(leaves) > 0 then
    previous := audit.leaf_of_scope_upto(of_kind, of_id, place);
  end if;
  return next;
end
$$;

create or replace function audit.completeness(since timestamp with time zone, until timestamp with time zone, most integer) returns table(events bigint, missing bigint, waiting bigint, sealed_at timestamp with time zone, verified_at timestamp with time zone, faults bigint)
  language sql stable security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
  with reader as materialized (
    select case access.context_plane() when 'program' then 'partner' when 'tenant' then 'tenant' end as kind,
      case access.context_plane() when 'program' then access.partner_of_owner() when 'tenant' then access.context_id('tenant_id') end as scope_id
  ), counted as (
    select count(*) as events, count(*) filter (where e.id is null) as missing, count(*) filter (where e.id is not null and l.event_id is null) as waiting
    from (
      select s.event_id, s.occurred_at from reader join audit_scope s on s.kind = reader.kind and s.scope_id = reader.scope_id
      where s.occurred_at >= since and s.occurred_at < until
      order by s.occurred_at desc, s.event_id desc limit most
    ) own
    left join audit_event e on e.id = own.event_id and e.occurred_at = own.occurred_at
    left join audit_leaf l on l.event_id = own.event_id
  )
  select counted.events, counted.missing, counted.waiting, sealed.sealed_at, verified.verified_at, verified.fault_count
  from counted
  left join lateral (select c.sealed_at from audit_checkpoint c order by c.size desc limit 1) sealed on true
  left join lateral (select v.verified_at, v.fault_count from audit_verification v order by v.number desc limit 1) verified on true
$$;

create or replace function audit.own_sealed_event(event uuid) returns table(leaf_index bigint, hash bytea, event jsonb, salt uuid, personal text, digest bytea)
  language sql stable security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
  with reader as materialized (
    select case access.context_plane() when 'program' then 'partner' when 'tenant' then 'tenant' end as kind,
      case access.context_plane() when 'program' then access.partner_of_owner() when 'tenant' then access.context_id('tenant_id') end as scope_id
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

create or replace function audit.own_details(events uuid[]) returns table(event_id uuid, ip inet, reason text, counted_repeats integer, counted_rows bigint)
  language sql stable security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
  with reader as materialized (
    select context,
      case context ->> 'plane' when 'program' then 'partner' when 'tenant' then 'tenant' when 'delegation' then 'tenant' end as kind,
      case context ->> 'plane'
        when 'program' then access.partner_of_owner()
        when 'tenant' then (context ->> 'tenant_id')::uuid
        when 'delegation' then (select reached from access.reach('audit_scope', 'select') reached where reached = (context ->> 'tenant_id')::uuid)
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

reset role;
