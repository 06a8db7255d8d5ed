set role liaison_owner;

create table audit_node (
  level smallint not null check (level between 1 and 6),
  node_index bigint not null check (node_index >= 0),
  hash bytea not null check (length(hash) = 32),
  primary key (level, node_index)
);
comment on table audit_node is 'Roots of full subtrees of the audit log, of 256 leaves at level 1 and 256 times as many at each next: so that a proof reads some hundred hashes, however long the log is. They follow from audit_leaf.';
call private.protect('audit_node');
call private.keep_for_ever('audit_node');

reset role;
set role liaison_authz;

-- Hashes and nothing else: of whole runs of leaves (level 0) or nodes, one row for each run in the order asked. A run that is not all there is null.
create function audit.tree_hashes(levels integer[], firsts bigint[], counts integer[]) returns table (hashes bytea)
  language sql stable security definer
  set search_path = pg_catalog, public
  as $$
  select case when read.found = run.count then read.hashes end
  from unnest(levels[1:256], firsts[1:256], counts[1:256]) with ordinality run(level, first, count, place)
  cross join lateral (
    select count(*) as found, string_agg(h.hash, '' order by h.place) as hashes
    from (
      select l.leaf_index as place, l.hash from audit_leaf l where run.level = 0 and l.leaf_index >= run.first and l.leaf_index < run.first + least(run.count, 256)
      union all
      select n.node_index, n.hash from audit_node n where n.level = run.level and n.node_index >= run.first and n.node_index < run.first + least(run.count, 256)
    ) h
  ) read
  where access.context_plane() in ('program', 'tenant')
  order by run.place
$$;
comment on function audit.tree_hashes(integer[], bigint[], integer[]) is 'What the paths of proofs are made of. A hash says nothing of its event: each leaf holds two random salts.';

-- What of a checkpoint is public: the smallest that covers a leaf, is of no stolen key and not from before one; without a leaf, whichever was asked
-- for by its size.
create function audit.proving_checkpoint(leaf bigint, at_size bigint) returns table (size bigint, root bytea, note text, sealed_at timestamptz)
  language sql stable security definer
  set search_path = pg_catalog, public
  as $$
  select c.size, c.root, c.note, c.sealed_at from audit_checkpoint c
  where access.context_plane() in ('program', 'tenant')
    and c.size > case when leaf is null then 0 else greatest(leaf, (select max(k.after_size) from audit_key k where k.is_predecessor_stolen)) end
    and (c.size = at_size or (at_size is null and leaf is not null))
  order by c.size limit 1
$$;

-- One event of the reader's own log as the seal covers it. All of it only where that tells the reader nobody else: the seal covers whom an event
-- concerned, so an event that concerned other tenants, too, is proved by its hash. What names a person comes with its salt, unless a reason of
-- the other side is in it.
create function audit.own_sealed_event(event uuid)
  returns table (leaf_index bigint, hash bytea, event jsonb, salt uuid, personal text, digest bytea)
  language sql stable security definer
  set search_path = pg_catalog, public
  as $$
  with reader as materialized (
    select case access.context_plane() when 'program' then 'partner' when 'tenant' then 'tenant' end as kind,
      case access.context_plane() when 'program' then access.context_id('partner_id') when 'tenant' then access.context_id('tenant_id') end as scope_id
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
comment on function audit.own_sealed_event(uuid) is 'For the proof of one event: to the organisations that read it, and to each no more than its log tells it.';

grant execute on function audit.tree_hashes(integer[], bigint[], integer[]), audit.proving_checkpoint(bigint, bigint), audit.own_sealed_event(uuid) to liaison_program, liaison_tenant;

reset role;
