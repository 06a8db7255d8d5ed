set role liaison_owner;

-- Off for the versions that are there; what is added later says it, or keeps what the version before said.
alter table program_setting add column embeds_dashboard boolean not null default false;
alter table program_setting add column dashboard_origins text[] not null default '{}';
alter table program_setting alter column embeds_dashboard drop default;
alter table program_setting alter column dashboard_origins drop default;
comment on column program_setting.embeds_dashboard is 'Whether products of the provider may show partners their figures in a frame (D12).';
comment on column program_setting.dashboard_origins is 'The sites that may show the embedded dashboard; without any it stands nowhere (D12).';
grant insert (embeds_dashboard, dashboard_origins) on program_setting to liaison_platform;

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
  new.embeds_dashboard := coalesce(new.embeds_dashboard, before.embeds_dashboard);
  new.dashboard_origins := coalesce(new.dashboard_origins, before.dashboard_origins);
  if new.attribution_model not in ('first_touch', 'last_touch') then
    raise exception 'no such touch is counted' using errcode = 'check_violation', constraint = 'program_setting_attribution';
  end if;
  if new.time_zone is distinct from before.time_zone and not exists (select from pg_timezone_names z where z.name = new.time_zone) then
    raise exception 'no such time zone is known' using errcode = 'check_violation', constraint = 'program_setting_time_zone';
  end if;
  if new.deal_protected_days not between 1 and 730 then
    raise exception 'a deal is protected for one day to two years' using errcode = 'check_violation', constraint = 'program_setting_deal_days';
  end if;
  -- They become part of a header: one that says more than an origin would say it to every browser.
  if cardinality(new.dashboard_origins) > 20 or exists (select from unnest(new.dashboard_origins) o where o is null or o !~ '^https?://([a-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?$') then
    raise exception 'a dashboard stands on at most twenty exact origins' using errcode = 'check_violation', constraint = 'program_setting_dashboard_origins';
  end if;
  return new;
end
$$;

reset role;
