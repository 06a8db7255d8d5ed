set role liaison_owner;

-- Off for the versions that are there; what is added later says it, or keeps what the version before said.
alter table program_setting add column shows_sign_up_ranks boolean not null default false;
alter table program_setting add column shows_earning_ranks boolean not null default false;
alter table program_setting alter column shows_sign_up_ranks drop default;
alter table program_setting alter column shows_earning_ranks drop default;
comment on column program_setting.shows_sign_up_ranks is 'Whether partners see how they rank among each other by sign-ups (D12).';
comment on column program_setting.shows_earning_ranks is 'Whether partners see how they rank among each other by what they earn (D12).';
grant insert (shows_sign_up_ranks, shows_earning_ranks) on program_setting to liaison_platform;

create or replace function private.complete_program_setting() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  before program_setting;
begin
  select * into before from program_setting s order by s.version desc limit 1;
  new.attribution_model := coalesce(new.attribution_model, before.attribution_model);
  new.time_zone := coalesce(new.time_zone, before.time_zone);
  new.deal_protected_days := coalesce(new.deal_protected_days, before.deal_protected_days);
  new.shows_sign_up_ranks := coalesce(new.shows_sign_up_ranks, before.shows_sign_up_ranks);
  new.shows_earning_ranks := coalesce(new.shows_earning_ranks, before.shows_earning_ranks);
  if new.attribution_model not in ('first_touch', 'last_touch') then
    raise exception 'no such touch is counted' using errcode = 'check_violation', constraint = 'program_setting_attribution';
  end if;
  if new.time_zone is distinct from before.time_zone and not exists (select from pg_timezone_names z where z.name = new.time_zone) then
    raise exception 'no such time zone is known' using errcode = 'check_violation', constraint = 'program_setting_time_zone';
  end if;
  if new.deal_protected_days not between 1 and 730 then
    raise exception 'a deal is protected for one day to two years' using errcode = 'check_violation', constraint = 'program_setting_deal_days';
  end if;
  return new;
end
$$;

reset role;
