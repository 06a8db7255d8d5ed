set role liaison_owner;

-- Whoever closed or took an alert by mistake takes that back, as long as its condition stands.
alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind)
select 'alert', f, t, 'reopen', k
from (values ('resolved', 'active'), ('resolved', 'acknowledged'), ('acknowledged', 'active')) as move (f, t)
cross join (values ('partner'), ('tenant'), ('provider')) as side (k);
alter table state_transition force row level security;

create or replace function private.enforce_alert() returns trigger
  language plpgsql
  as $$
declare
  side text := case session_user when 'liaison_delegate' then 'partner' when 'liaison_program' then 'partner' when 'liaison_tenant' then 'tenant' when 'liaison_platform' then 'provider' when 'liaison_job' then 'clock' end;
begin
  if side is null then
    return new;
  end if;
  if new.state <> old.state and not exists (
    select from public.state_transition t where t.entity = 'alert' and t.from_state = old.state and t.to_state = new.state and t.actor_kind = side) then
    raise exception 'an alert may not move from % to %', old.state, new.state using errcode = 'check_violation', constraint = 'alert_transition';
  end if;
  if side <> 'clock' and new.severity <> old.severity then
    raise exception 'how grave an alert is, is not a matter of opinion' using errcode = 'check_violation', constraint = 'alert_identity';
  end if;
  if side <> 'clock' and old.state = 'resolved' and (new.state = 'resolved' or old.level = 0) then
    raise exception 'a resolved alert is history' using errcode = 'check_violation', constraint = 'alert_transition';
  end if;
  return new;
end
$$;

reset role;
