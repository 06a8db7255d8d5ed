set role liaison_owner;

-- The old access ends with the transaction in which the new partner accepts: what is in force is computed from this end, so no job has to
-- run first. The clock then notes the revocation and tells both sides.
create function private.end_handed_over() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  with ended as (
    update delegation o set ends_at = greatest(new.approved_at, o.starts_at + interval '1 microsecond'), version = o.version + 1
    from link_handover h
    where h.new_link_id = new.id and h.ends = 'at_acceptance' and o.id = h.old_link_id and o.status in ('active', 'suspended') and (o.ends_at is null or o.ends_at > new.approved_at)
    returning o.id, o.tenant_id, o.partner_id, o.version, o.ends_at
  )
  insert into delegation_history (delegation_id, tenant_id, partner_id, version, event, detail)
  select e.id, e.tenant_id, e.partner_id, e.version, 'handed_over', jsonb_build_object('ends_at', e.ends_at) from ended e;
  return null;
end
$$;
create trigger end_handed_over after update of approved_at on delegation for each row when (new.kind = 'link' and old.approved_at is null and new.approved_at is not null) execute function private.end_handed_over();

reset role;
