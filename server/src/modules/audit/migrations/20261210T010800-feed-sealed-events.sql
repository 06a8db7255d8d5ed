set role liaison_authz;

-- The last leaf of one organisation's log up to a place. Near it the leaves say in which time to look. Further back, where an organisation has few
-- events, its own time says it: no transaction lives for a day, so what was written more than a day before was sealed before.
create function audit.leaf_of_scope_upto(of_kind text, of_id uuid, place bigint) returns bigint
  language plpgsql stable
  set search_path = pg_catalog, public
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  above bigint := place;
  width bigint := 1024;
  since timestamptz;
  until timestamptz;
  found_leaf bigint;
begin
  while above >= 0 and place - above < 65536 loop
    select min(l.occurred_at), max(l.occurred_at) into since, until from audit_leaf l where l.leaf_index <= above and l.leaf_index > above - width;
    with own as materialized (
      select s.event_id from audit_scope s where s.kind = of_kind and s.scope_id = of_id and s.occurred_at between since and until
    )
    select max(sealed.leaf_index) into found_leaf
    from own cross join lateral (select l.leaf_index from audit_leaf l where l.event_id = own.event_id offset 0) sealed
    where sealed.leaf_index <= above and sealed.leaf_index > above - width;
    if found_leaf is not null then
      return found_leaf;
    end if;
    above := above - width;
    width := width * 4;
  end loop;
  if above < 0 then
    return null;
  end if;
  select l.occurred_at + interval '1 day' into until from audit_leaf l where l.leaf_index <= place order by l.leaf_index desc limit 1;
  select s.occurred_at - interval '1 day' into since
  from audit_scope s cross join lateral (select l.leaf_index from audit_leaf l where l.event_id = s.event_id offset 0) sealed
  where s.kind = of_kind and s.scope_id = of_id and s.occurred_at <= until and sealed.leaf_index <= place
  order by s.occurred_at desc limit 1;
  with own as materialized (
    select s.event_id from audit_scope s where s.kind = of_kind and s.scope_id = of_id and s.occurred_at between since and until
  )
  select max(sealed.leaf_index) into found_leaf
  from own cross join lateral (select l.leaf_index from audit_leaf l where l.event_id = own.event_id offset 0) sealed
  where sealed.leaf_index <= place;
  return found_leaf;
end
$$;
comment on function audit.leaf_of_scope_upto(text, uuid, bigint) is 'For audit.feed alone; no login may ask it.';

-- Which sealed events follow a leaf in the log of whoever asks: in the order of the log, which is that of the transactions and not of the clock. The
-- leaves of a stretch say in which time their events were written, and within that time the key of the scopes finds the reader's own; stretches
-- grow until the page is full, so that a reader with few events in a long log asks again and does not wait. A place in the log tells how many events
-- all have together, which every checkpoint tells, too.
create function audit.feed(place bigint, most integer)
  returns table (leaves bigint[], events uuid[], times text[], previous bigint, looked_upto bigint, size bigint)
  language plpgsql stable security definer
  set search_path = pg_catalog, public
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  plane text := access.context_plane();
  of_kind text := case plane when 'program' then 'partner' when 'tenant' then 'tenant' end;
  of_id uuid := case plane when 'program' then access.context_id('partner_id') when 'tenant' then access.context_id('tenant_id') end;
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
comment on function audit.feed(bigint, integer) is 'The leaves of the reader''s own log behind a place, each with its event, the own leaf before the first, and up to where it was looked.';
grant execute on function audit.feed(bigint, integer) to liaison_program, liaison_tenant, liaison_platform;

reset role;
