set role liaison_owner;

-- What was frozen when is told of the past; in SQL whoever froze dated it as they liked, and the explainer told of a freeze that had not been.
create or replace function private.enforce_freeze() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
declare
  side text := private.side_of_login();
  actor uuid := access.context_id('actor_id');
begin
  if side is null then
    return new;
  end if;
  if tg_op = 'INSERT' then
    if new.set_by is distinct from actor or new.set_by_side <> side or new.lifted_at is not null or new.lift_asked_at is not null then
      raise exception 'a freeze names who set it' using errcode = 'check_violation', constraint = 'freeze_actor';
    end if;
    new.created_at := statement_timestamp();
    return new;
  end if;
  if old.lifted_at is not null or old.set_by_side <> side
    or (new.lift_asked_by is distinct from old.lift_asked_by and new.lift_asked_by is distinct from actor)
    or (new.lifted_by is not null and new.lifted_by is distinct from actor) then
    raise exception 'a freeze is lifted once, by the side that set it' using errcode = 'check_violation', constraint = 'freeze_actor';
  end if;
  if new.lifted_at is not null and (new.scope = 'platform' or (new.scope = 'tenant' and new.set_by_side = 'tenant')) and (old.lift_asked_by is null or old.lift_asked_by = actor) then
    raise exception 'lifting a freeze over everything takes a second person' using errcode = 'check_violation', constraint = 'freeze_two_people';
  end if;
  new.lift_asked_at := case when new.lift_asked_by is not distinct from old.lift_asked_by then old.lift_asked_at else statement_timestamp() end;
  if new.lifted_at is not null then
    new.lifted_at := statement_timestamp();
  end if;
  return new;
end
$$;

reset role;
