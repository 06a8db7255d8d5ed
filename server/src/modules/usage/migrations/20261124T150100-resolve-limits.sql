set role liaison_authz;

-- What holds for each key and which layer decided it; the same rule as resolveLimits in limits.ts, which a property test keeps in step.
create function access.resolve_limits(policies jsonb, plan jsonb, partner jsonb, own jsonb) returns jsonb
  language plpgsql immutable
  set search_path = pg_catalog
  as $$
declare
  layers jsonb[] := array[plan, partner, own];
  names text[] := array['plan', 'partner', 'user'];
  resolved jsonb := '{}';
  key text;
  policy jsonb;
  decided jsonb;
  layer text;
  said jsonb;
begin
  for key, policy in select * from jsonb_each(policies) loop
    decided := policy -> 'value';
    layer := 'platform';
    if not (policy ->> 'fixed')::boolean then
      for i in 1 .. 3 loop
        said := layers[i] -> key;
        continue when said is null or jsonb_typeof(said) = 'null';
        if (policy ->> 'relaxable')::boolean
          or (jsonb_typeof(said) = 'number' and (jsonb_typeof(decided) <> 'number' or said::numeric < decided::numeric)) then
          decided := said;
          layer := names[i];
        end if;
      end loop;
      if layer <> 'platform' and (policy ->> 'relaxable')::boolean and jsonb_typeof(policy -> 'maximum') = 'number'
        and (jsonb_typeof(decided) <> 'number' or decided::numeric > (policy -> 'maximum')::numeric) then
        decided := policy -> 'maximum';
        layer := 'platform';
      end if;
    end if;
    resolved := resolved || jsonb_build_object(key, jsonb_build_object('value', decided, 'layer', layer));
  end loop;
  return resolved;
end
$$;

-- What a partner's own configuration says for users of one role: only what it says itself, each value held within its bounds.
create function access.partner_limits(of_partner uuid, of_role text) returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
declare
  said jsonb := (
    select v.document from public.partner_configuration c
    join public.partner_config_version v on v.partner_id = c.partner_id and v.version = c.active_version
    where c.partner_id = of_partner);
  held jsonb;
begin
  if said is null then
    return '{}';
  end if;
  held := access.configuration(of_partner);
  return coalesce((
    select jsonb_object_agg(k.key, held #> k.path)
    from (values
      ('session.idle_s', array['sessions', 'end_users', of_role, 'idle_s']),
      ('session.absolute_s', array['sessions', 'end_users', of_role, 'absolute_s']),
      ('session.max_concurrent', array['sessions', 'end_users', of_role, 'max_concurrent']),
      ('ops.per_day', array['limits', 'end_users', of_role, 'ops.per_day']),
      ('ops.per_7d', array['limits', 'end_users', of_role, 'ops.per_7d']),
      ('rate.per_min', array['limits', 'end_users', of_role, 'rate.per_min']),
      ('on_exceed', array['limits', 'end_users', of_role, 'on_exceed'])) k(key, path)
    where said #> k.path is not null), '{}');
end
$$;

-- What each layer says about a user, as access.resolve_limits takes it.
create function access.limit_layers(of_user uuid) returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  realm uuid;
  held_role text;
begin
  select u.partner_id, access.role_in_force(u.role, u.verified_until) into realm, held_role from public.end_user u where u.id = of_user;
  if realm is null then
    return null;
  end if;
  return jsonb_build_object(
    'platform', (select jsonb_object_agg(p.key, jsonb_build_object('value', p.value, 'relaxable', p.relaxable, 'fixed', p.fixed, 'maximum', p.maximum)) from public.limit_policy p where p.role = held_role),
    'plan', coalesce(access.plan_limits(of_user), '{}'),
    'partner', access.partner_limits(realm, held_role),
    'user', coalesce((
      select jsonb_object_agg(o.key, o.value) from public.limit_override o
      where o.end_user_id = of_user and o.role = held_role and o.lifted_at is null and (o.expires_at is null or o.expires_at > statement_timestamp())), '{}'));
end
$$;

-- The limits of a user as they are at this statement: {key: {value, layer}}. For deciding functions; logins ask access.usage_of.
create function access.effective_limits(of_user uuid) returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
declare
  layers jsonb := access.limit_layers(of_user);
begin
  return case when layers is not null then access.resolve_limits(layers -> 'platform', layers -> 'plan', layers -> 'partner', layers -> 'user') end;
end
$$;
comment on function access.effective_limits(uuid) is 'C5: platform, plan, partner and user; the strictest wins unless the key is relaxable, and fixed keys are the platform''s alone.';

-- How long the sessions of a user live and how many there may be: {idle_s, absolute_s, max_concurrent}. Asked at sign-in and at each request.
create function access.session_limits(of_user uuid) returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
declare
  limits jsonb := access.effective_limits(of_user);
begin
  return jsonb_build_object(
    'idle_s', limits #> '{session.idle_s,value}',
    'absolute_s', limits #> '{session.absolute_s,value}',
    'max_concurrent', limits #> '{session.max_concurrent,value}');
end
$$;

reset role;
