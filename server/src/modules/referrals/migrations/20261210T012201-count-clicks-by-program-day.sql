set role liaison_authz;

-- As before, but clicks are counted under the day that it is where the program is at home, as sign-ups and earnings are.
create or replace function access.follow_code(asked text, click jsonb) returns jsonb
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  c public.referral_code;
  settings public.referral_setting;
  leads_to text;
  days integer;
  made uuid;
  is_bot boolean := coalesce((click ->> 'is_bot')::boolean, false);
begin
  if session_user <> 'liaison_job' or access.context_plane() is distinct from 'system' then
    raise exception 'only our own work follows links' using errcode = 'insufficient_privilege';
  end if;
  select * into settings from public.referral_setting s;
  select x.* into c from public.referral_code x join public.partner p on p.id = x.partner_id and p.status = 'active'
  where x.code = upper(asked) and x.state = 'active' and x.starts_at <= statement_timestamp() and coalesce(x.expires_at > statement_timestamp(), true);
  if c.id is null then
    return jsonb_build_object('leads_to', settings.default_url, 'click_id', null);
  end if;
  -- A host that the provider took off the list is led to no more.
  leads_to := coalesce(case when access.host_of(c.destination_url) = any (settings.allowed_hosts) then c.destination_url end, settings.default_url);
  days := coalesce((access.agreement_terms(access.agreement_at(c.partner_id, statement_timestamp())) -> 'attribution' ->> 'window_days')::integer, 90);
  insert into public.referral_click (code_id, partner_id, expires_at, landing, referrer_host, utm, visitor_hash, ip_prefix_hash, user_agent_hash, is_bot)
  values (c.id, c.partner_id, statement_timestamp() + make_interval(days => days + 30), left(leads_to, 500), left(click ->> 'referrer_host', 253), coalesce(click -> 'utm', '{}'),
    decode(click ->> 'visitor_hash', 'hex'), decode(click ->> 'ip_prefix_hash', 'hex'), decode(click ->> 'user_agent_hash', 'hex'), is_bot)
  returning id into made;
  insert into public.referral_click_day as d (code_id, partner_id, day, clicks, bot_clicks)
  values (c.id, c.partner_id, access.program_day(statement_timestamp()), case when is_bot then 0 else 1 end, case when is_bot then 1 else 0 end)
  on conflict (code_id, day) do update set clicks = d.clicks + excluded.clicks, bot_clicks = d.bot_clicks + excluded.bot_clicks;
  return jsonb_build_object('leads_to', leads_to, 'click_id', case when not is_bot then made end);
end
$$;

reset role;
set role liaison_owner;

comment on table referral_click_day is 'How often a link was followed on each day where the program is at home, by people and by programs: figures that stay when the clicks themselves go.';

reset role;
