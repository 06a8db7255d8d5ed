set role liaison_owner;

-- The default is for the versions that are there; what is added later says it, or keeps what the version before said.
alter table program_setting
  add column attribution_model text not null default 'last_touch',
  add column time_zone text not null default 'UTC';
alter table program_setting alter column attribution_model drop default, alter column time_zone drop default;
comment on column program_setting.attribution_model is 'Which of several partners whose links a customer followed is counted, where their agreements do not all say the same: first_touch or last_touch (D5).';
comment on column program_setting.time_zone is 'Whose days and months count for waiting times, payouts and statements (D6, D7).';
grant insert (attribution_model, time_zone) on program_setting to liaison_platform;
create policy keeping on program_setting for select to liaison_owner using (true);
create policy following on program for update to liaison_owner using (true) with check (true);

-- A program that was set up otherwise by hand stays so, as a version of its own.
alter table program_setting no force row level security;
alter table program no force row level security;
insert into program_setting (version, live_needs_agreement, contact_kept_days, set_by_name, attribution_model, time_zone)
select s.version + 1, s.live_needs_agreement, s.contact_kept_days, 'Liaison', coalesce(m.defaults -> 'attribution' ->> 'model', 'last_touch'), m.timezone
from program m cross join lateral (select x.* from program_setting x order by x.version desc limit 1) s
where m.code = 'standard' and (coalesce(m.defaults -> 'attribution' ->> 'model', 'last_touch'), m.timezone) <> ('last_touch', 'UTC');
alter table program force row level security;
alter table program_setting force row level security;

reset role;
set role liaison_authz;

-- Which touch the program counted at an instant; before there was a setting, what its first version says.
create function access.program_attribution(at timestamptz) returns text
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select s.attribution_model from public.program_setting s where access.is_in_own_plane()
  order by (s.created_at <= at) desc, case when s.created_at <= at then -s.version else s.version end limit 1
  $$;
grant execute on function access.program_attribution(timestamptz) to liaison_owner, liaison_platform;

-- The calendar day of an instant where the program is at home.
create function access.program_day(at timestamptz) returns date
  language sql stable security definer
  set search_path = pg_catalog
  as $$ select (at at time zone coalesce((select p.timezone from public.program p where p.code = 'standard'), 'UTC'))::date $$;
-- The trigger by which fewer people take a second person asks it, also when the owner follows a setting.
grant execute on function access.lowers_agreement_care(text, text) to liaison_owner;
grant execute on function access.program_day(timestamptz) to liaison_owner, liaison_program, liaison_platform, liaison_job;

reset role;
set role liaison_owner;

-- What a version leaves out stays as it was, and a zone is one that the database can count in.
create function private.complete_program_setting() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  before program_setting;
begin
  select * into before from program_setting s order by s.version desc limit 1;
  new.attribution_model := coalesce(new.attribution_model, before.attribution_model);
  new.time_zone := coalesce(new.time_zone, before.time_zone);
  if new.attribution_model not in ('first_touch', 'last_touch') then
    raise exception 'no such touch is counted' using errcode = 'check_violation', constraint = 'program_setting_attribution';
  end if;
  if new.time_zone is distinct from before.time_zone and not exists (select from pg_timezone_names z where z.name = new.time_zone) then
    raise exception 'no such time zone is known' using errcode = 'check_violation', constraint = 'program_setting_time_zone';
  end if;
  return new;
end
$$;
create trigger complete_program_setting before insert on program_setting for each row execute function private.complete_program_setting();

-- The program says the same as the newest version: its zone, and the touch that the terms of a new template begin with.
create function private.follow_program_setting() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  update program m set timezone = new.time_zone, defaults = jsonb_set(m.defaults, '{attribution,model}', to_jsonb(new.attribution_model))
  where m.code = 'standard' and (m.timezone, coalesce(m.defaults -> 'attribution' ->> 'model', '')) <> (new.time_zone, new.attribution_model);
  return null;
end
$$;
create trigger follow_program_setting after insert on program_setting for each row execute function private.follow_program_setting();

create or replace function private.check_agreement_move(g_old agreement, g_new agreement, side text) returns void
  language plpgsql
  set search_path = pg_catalog, public
  as $$
declare
  actor uuid := access.context_id('actor_id');
  care text := (select p.four_eyes from program p where p.id = g_old.program_id);
begin
  if not exists (select from state_transition t where t.entity = 'agreement' and t.from_state = g_old.state and t.to_state = g_new.state and t.actor_kind = side) then
    raise exception '% may not move an agreement from % to %', side, g_old.state, g_new.state using errcode = 'check_violation', constraint = 'agreement_transition';
  end if;
  if (g_old.state = 'offered' and g_new.state not in ('expired', 'withdrawn') and g_old.expires_at <= statement_timestamp()) then
    raise exception 'the offer has run out' using errcode = 'check_violation', constraint = 'agreement_expired';
  end if;
  if (g_new.state = 'expired' and g_old.expires_at > statement_timestamp()) then
    raise exception 'the clock moves nothing before its time' using errcode = 'check_violation', constraint = 'agreement_transition';
  end if;
  if (g_new.state = 'offered' and care = 'offer_and_approval' and g_old.created_by = actor) then
    raise exception 'somebody else offers what one drafted' using errcode = 'check_violation', constraint = 'agreement_four_eyes';
  end if;
  if (g_new.state = 'offered' and g_old.terms -> 'attribution' ->> 'model' is distinct from access.program_attribution(statement_timestamp())) then
    raise exception 'an offer names the touch that the program counts' using errcode = 'check_violation', constraint = 'agreement_attribution';
  end if;
  if (g_new.state = 'offered' and not access.partner_is_active(g_old.partner_id)) then
    raise exception 'only an active partner is offered an agreement' using errcode = 'check_violation', constraint = 'agreement_partner';
  end if;
  if (g_new.state = 'declined' and access.agreement_owner() is distinct from g_old.partner_id) then
    raise exception 'owners answer for a partner' using errcode = 'check_violation', constraint = 'agreement_owner';
  end if;
  if (g_new.state = 'signed' and not exists (select from agreement_signature s where s.agreement_id = g_old.id and s.content_sha256 = g_old.content_sha256)) then
    raise exception 'nothing is signed without a signature' using errcode = 'check_violation', constraint = 'agreement_unsigned';
  end if;
  if (g_new.state = 'active' and not exists (select from agreement_approval a where a.agreement_id = g_old.id and a.content_sha256 = g_old.content_sha256)) then
    raise exception 'nothing is active without an approval' using errcode = 'check_violation', constraint = 'agreement_unapproved';
  end if;
  if (g_new.state = 'superseded' and not exists (
    select from agreement_approval a join agreement n on n.id = a.agreement_id
    where n.partner_id = g_old.partner_id and n.program_id = g_old.program_id and n.version > g_old.version and n.state = 'signed')) then
    raise exception 'only a later version supersedes' using errcode = 'check_violation', constraint = 'agreement_transition';
  end if;
end
$$;

reset role;
