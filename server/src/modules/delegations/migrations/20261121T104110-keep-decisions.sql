set role liaison_authz;

-- A decision may be kept: which tenants it reached with which permissions, the keys of all that it was decided on, the snapshot in which
-- that was read, and the next moment at which time alone could change it. It holds while that moment lies ahead and no change of one of its
-- keys has committed since (access.stamp, which triggers write), as the statement that asks sees it: nothing is believed that was not
-- compared there. Who asks gets the key that authenticates contexts, in the same look; nobody else may call this.
create function access.key_if_it_holds(kept jsonb) returns bytea
  language plpgsql stable
  as $$
declare
  seen pg_snapshot := kept ->> 'snapshot';
begin
  return (
    select k.key from access.context_key k
    where statement_timestamp() < (kept ->> 'until')::timestamptz
      and exists (select from access.stamp_era e where e.id = (kept ->> 'era')::uuid)
      and not exists (
        select from access.stamp s
        where s.key = any ((kept ->> 'keys')::uuid[]) and s.xid >= pg_snapshot_xmin(seen) and not pg_visible_in_snapshot(s.xid, seen)));
end
$$;

-- The same of a person's decision, which every row policy looks at: no JSON, because reading that was a third of what a read cost. The nth
-- permissions are held in the nth tenants, an array of uuid as text; `owns` says whether only the partner's own accounts are open there.
create type access.kept_decision as (
  plane text, era uuid, snapshot pg_snapshot, until timestamptz, keys uuid[], masks bit(256)[], owns boolean[], tenants text[]);

create function access.key_that_holds(kept access.kept_decision) returns bytea
  language plpgsql stable
  as $$
begin
  return (
    select k.key from access.context_key k
    where statement_timestamp() < kept.until
      and exists (select from access.stamp_era e where e.id = kept.era)
      and not exists (
        select from access.stamp s
        where s.key = any (kept.keys) and s.xid >= pg_snapshot_xmin(kept.snapshot) and not pg_visible_in_snapshot(s.xid, kept.snapshot)));
end
$$;

-- The decision that this transaction stands on, if one is kept and holds at this statement; else null. It is signed, like a context.
create function access.kept() returns access.kept_decision
  language plpgsql stable
  as $$
declare
  signed text := nullif(current_setting('liaison.kept', true), '');
  kept access.kept_decision;
  secret bytea;
begin
  if signed is null then
    return null;
  end if;
  kept := substr(signed, 65)::access.kept_decision;
  secret := access.key_that_holds(kept);
  if secret is null then
    return null;
  end if;
  if encode(sha256(secret || sha256(secret || convert_to('kept ' || substr(signed, 65), 'UTF8'))), 'hex') <> left(signed, 64) then
    raise exception 'the access context is forged' using errcode = 'insufficient_privilege';
  end if;
  return kept;
end
$$;

create function access.sign_kept(kept access.kept_decision) returns text
  language sql stable
  as $$ select access.sign('kept ' || kept::text) || kept::text $$;

-- The tenants that a decision reaches with a relation and operation; of links with and without the restriction to own accounts, or of both.
create function access.kept_reach(kept access.kept_decision, relation_name text, operation_name text, of_own_accounts boolean) returns uuid[]
  language plpgsql stable
  as $$
declare
  needed bit(256) := (select r.mask from public.relation_permission r where r.relation = relation_name and r.operation = operation_name and r.plane = kept.plane);
  reached uuid[] := '{}';
begin
  for i in 1 .. cardinality(kept.masks) loop
    if (kept.masks[i] & needed) <> 0::bit(256) and (of_own_accounts is null or kept.owns[i] = of_own_accounts) then
      reached := reached || kept.tenants[i]::uuid[];
    end if;
  end loop;
  return reached;
end
$$;

-- Until when a session lives if it is not used again, and not past the moment at which its use is noted anew, so that nobody is idle who works.
-- Whoever adds a bound to access.live_session adds it here.
create view access.session_end as
  select s.id as session_id, least(s.ends_at, s.seen_at + interval '1 minute', s.seen_at + make_interval(secs => s.idle_seconds)) as ends_at from public.session s;

-- The moments at which time alone changes what a link gives to a person, or what is told of it.
create view access.link_change as
  select d.id as link_id, d.partner_id, h.id as person_id, ahead.moment
  from public.delegation d
  cross join public.person h
  left join public.link_member m on m.link_id = d.id and m.person_id = h.id
  cross join lateral (
    values (d.starts_at), (d.ends_at), (d.review_stops_at), (d.status_changed_at + interval '30 days'), (m.ends_at), (m.elevated_from), (m.elevated_until),
      (case when d.has_timed_overrides then (select min(o.expires_at) from public.link_override o where o.link_id = d.id and o.expires_at > statement_timestamp()) end)) ahead (moment)
  where ahead.moment > statement_timestamp();

-- What is kept of a decision for a person's reads: see access.key_that_holds. Its keys are the person, the partner and the tenant, and one for what
-- concerns everybody; a change of a link is a change of its partner.
create function access.keep(context jsonb, seen pg_snapshot) returns access.kept_decision
  language plpgsql volatile
  as $$
declare
  at timestamptz := statement_timestamp();
  person uuid := context ->> 'actor_id';
  partner uuid := context ->> 'partner_id';
  tenant uuid := context ->> 'tenant_id';
  member uuid := context ->> 'member_id';
  link uuid := context ->> 'delegation_id';
  route_bit integer := context ->> 'permission_bit';
  is_portfolio boolean := context ->> 'plane' = 'delegation' and not context ? 'tenant_id';
  era uuid := (select e.id from access.stamp_era e limit 1);
  until timestamptz;
  changes_at timestamptz;
  kept access.kept_decision;
begin
  if era is null then
    insert into access.stamp_era default values;
    return null;
  end if;
  select least(at + interval '1 minute', min(e.ends_at)) into until from access.session_end e where e.session_id = (context ->> 'session_id')::uuid;
  if context ->> 'plane' = 'tenant' then
    select array_agg(rp.mask), array_agg(false), array_agg(array[tenant]::text) into kept.masks, kept.owns, kept.tenants
    from public.tenant_member tm
    join public.tenant t on t.id = tm.tenant_id and t.status <> 'closed'
    join public.person p on p.id = tm.person_id and p.status = 'active'
    join public.role_permission rp on rp.plane = 'tenant' and rp.role = tm.role
    where tm.person_id = person and tm.tenant_id = tenant and tm.status = 'active';
  elsif context ->> 'plane' = 'delegation' and context ? 'tenant_id' then
    select array_agg(u.mask), array_agg(u.own_accounts_only), array_agg(array[u.tenant_id]::text) into kept.masks, kept.owns, kept.tenants
    from access.usable_link u
    where u.link_id = link and u.member_id = member and u.person_id = person and u.partner_id = partner and u.tenant_id = tenant
      and (route_bit is null or get_bit(u.mask, route_bit) = 1);
    select min(c.moment) into changes_at from access.link_change c where c.link_id = link and c.person_id = person;
  elsif context ->> 'plane' = 'delegation' then
    select array_agg(reached.mask), array_agg(reached.own_accounts_only), array_agg(reached.tenants) into kept.masks, kept.owns, kept.tenants
    from (
      select u.mask, u.own_accounts_only, array_agg(u.tenant_id)::text as tenants
      from access.usable_link u
      where u.person_id = person and u.partner_id = partner and (route_bit is null or get_bit(u.mask, route_bit) = 1)
      group by u.mask, u.own_accounts_only) reached;
    select min(c.moment) into changes_at from access.link_change c where c.partner_id = partner and c.person_id = person;
  end if;
  if until <= at then
    return null;
  end if;
  return row (context ->> 'plane', era, seen, least(until, changes_at), array_remove(array[person, partner, tenant, '00000000-0000-0000-0000-000000000000'], null),
    coalesce(kept.masks, '{}'), coalesce(kept.owns, '{}'), coalesce(kept.tenants, '{}'))::access.kept_decision;
end
$$;

reset role;
