set role liaison_owner;

-- Both links of a handover are the tenant's own: with its own id on the row, and another tenant's link in it, one tenant had the clock end what
-- another had granted.
alter table link_handover add constraint link_handover_old_of_tenant foreign key (tenant_id, old_link_id) references delegation (tenant_id, id) not valid,
  add constraint link_handover_new_of_tenant foreign key (tenant_id, new_link_id) references delegation (tenant_id, id) not valid;

-- Whether the acceptance of the new link ended the old one: then the old one's end is that moment. One that had ended before, and that the tenant
-- renewed later, was not ended by it.
create function private.is_handed_over(one delegation) returns boolean
  language sql stable security definer
  set search_path = pg_catalog, public, pg_temp
return exists (
  select from link_handover h join delegation n on n.id = h.new_link_id and n.tenant_id = h.tenant_id
  where h.old_link_id = one.id and h.tenant_id = one.tenant_id and n.approved_at is not null
    and one.ends_at = greatest(n.approved_at, one.starts_at + interval '1 microsecond'));
grant execute on function private.is_handed_over(delegation) to liaison_job;

-- As before, but of the same tenant.
create or replace function private.end_handed_over() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
begin
  with ended as (
    update delegation o set ends_at = greatest(new.approved_at, o.starts_at + interval '1 microsecond'), version = o.version + 1
    from link_handover h
    where h.new_link_id = new.id and h.tenant_id = new.tenant_id and h.ends = 'at_acceptance' and o.id = h.old_link_id and o.tenant_id = h.tenant_id
      and o.status in ('active', 'suspended') and (o.ends_at is null or o.ends_at > new.approved_at)
    returning o.id, o.tenant_id, o.partner_id, o.version, o.ends_at
  )
  insert into delegation_history (delegation_id, tenant_id, partner_id, version, event, detail)
  select e.id, e.tenant_id, e.partner_id, e.version, 'handed_over', jsonb_build_object('ends_at', e.ends_at) from ended e;
  return null;
end
$$;

-- As before, but of the same tenant, and only while nothing has renewed it.
create or replace function private.enforce_handover() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if private.side_of_login() = 'clock' and not private.is_handed_over(old) then
    raise exception 'the clock ends only what was handed over' using errcode = 'check_violation', constraint = 'delegation_transition';
  end if;
  return new;
end
$$;

-- As before, but an old link that came to its end before the other partner accepted, and was renewed, is handed over anew.
create or replace function private.enforce_next_handover() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if (new.old_link_id, new.tenant_id) is distinct from (old.old_link_id, old.tenant_id)
    or not exists (
      select from delegation d join link l on l.id = d.id
      where d.id = old.new_link_id and (d.status in ('declined', 'withdrawn', 'lapsed') or (d.status = 'requested' and l.request_expires_at <= statement_timestamp())
        or (d.approved_at is not null and exists (
          select from delegation o where o.id = old.old_link_id and o.status in ('active', 'suspended') and (o.ends_at is null or o.ends_at > statement_timestamp()))))) then
    raise exception 'the work is being handed over' using errcode = 'check_violation', constraint = 'link_handover_waits';
  end if;
  return new;
end
$$;

-- A handover takes the work from a link in use, or from one that it has just stopped, to an invitation of the same tenant that waits for its answer.
create function private.enforce_handover_links() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if not exists (
      select from delegation o where o.id = new.old_link_id and o.tenant_id = new.tenant_id and o.kind = 'link'
        and (case new.ends when 'now' then o.status = 'revoked' else o.status in ('active', 'suspended') and (o.ends_at is null or o.ends_at > statement_timestamp()) end))
    or not exists (
      select from delegation n join link l on l.id = n.id
      where n.id = new.new_link_id and n.tenant_id = new.tenant_id and n.status = 'requested' and l.initiated_by = 'tenant') then
    raise exception 'a handover goes from a link in use to an invitation of the same tenant' using errcode = 'check_violation', constraint = 'link_handover_links';
  end if;
  return new;
end
$$;
create trigger own_links before insert or update on link_handover for each row execute function private.enforce_handover_links();

reset role;
