set role liaison_owner;

alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind) values ('service', 'active', 'ended', 'end', 'provider');
alter table state_transition force row level security;

grant update (status, ended_at) on service to liaison_platform;

reset role;
set role liaison_authz;

-- A service ends once, now, by the provider; whose it is and who pays for it stays as it was ordered.
create function access.guard_service() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
declare
  side text := access.side_of_order();
begin
  if side is null then
    return new;
  end if;
  if (to_jsonb(new) - array['status', 'ended_at']) is distinct from (to_jsonb(old) - array['status', 'ended_at']) then
    raise exception 'what a service says of its order stays' using errcode = 'check_violation', constraint = 'service_identity';
  end if;
  if not exists (select from public.state_transition t where t.entity = 'service' and t.from_state = old.status and t.to_state = new.status and t.actor_kind = side) then
    raise exception '% may not move a service from % to %', side, old.status, new.status using errcode = 'check_violation', constraint = 'service_transition';
  end if;
  new.ended_at := statement_timestamp();
  return new;
end
$$;
grant execute on function access.guard_service() to liaison_owner;

reset role;
set role liaison_owner;

create trigger guarded before update on service for each row execute function access.guard_service();

reset role;
