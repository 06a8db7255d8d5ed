set role liaison_authz;

create or replace function access.feature_definitions()
  returns table (id uuid, key text, status text, partner_choice text, prerequisites text[], definition jsonb, steps jsonb)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select f.id, f.key, f.status, f.partner_choice, f.prerequisites, f.definition,
    coalesce((select jsonb_agg(jsonb_build_object('starts_at', s.starts_at, 'share_bp', s.share_bp) order by s.starts_at)
      from public.feature_ramp_step s where s.flag_id = f.id and s.withdrawn_at is null), '[]')
  from public.feature_flag f
  where access.is_in_own_plane()
$$;

create or replace function access.feature_partners(wanted uuid[])
  returns table (id uuid, kinds text[], tier text, region text, plans text[], settings jsonb)
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
begin
  if (not access.is_in_own_plane()) then
    return;
  end if;
  return query
  select p.id, p.kinds, p.tier, p.region,
    array(select distinct o.code from public.partner_plan pp join public.plan o on o.id = pp.plan_id where pp.partner_id = p.id and pp.is_offered order by 1),
    coalesce(s.settings, '[]')
  from public.partner p
  left join (
    select x.partner_id, jsonb_agg(jsonb_build_object('key', f.key, 'override', x.override, 'override_until', x.override_until, 'choice', x.choice)) as settings
    from public.partner_feature x join public.feature_flag f on f.id = x.flag_id
    where wanted is null or x.partner_id = any (wanted)
    group by x.partner_id
  ) s on s.partner_id = p.id
  where wanted is null or p.id = any (wanted);
end
$$;

reset role;
