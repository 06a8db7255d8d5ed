set role liaison_authz;

-- Whoever changes the status of a tenant, those who asked to hear of it are told with that change.
create function access.tell_tenant_status() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
begin
  insert into public.outbox (topic, payload) values ('tenant.status_changed', jsonb_build_object('tenant_id', new.id));
  return null;
end
$$;
grant execute on function access.tell_tenant_status() to liaison_owner;

reset role;
set role liaison_owner;

create trigger tell_status after update of status on tenant for each row when (old.status is distinct from new.status)
  execute function access.tell_tenant_status();

reset role;
