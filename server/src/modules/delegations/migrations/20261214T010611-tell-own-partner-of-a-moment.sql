set role liaison_authz;

-- The partner that an organisation was itself at a moment, whose apps used all of its accounts without a delegation, for those whom
-- access.access_at answers.
create function access.own_partner_at(moment timestamptz) returns table (partner_name text, since timestamptz, ended_at timestamptz)
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
  select h.partner_name, h.accepted_at, h.ended_at
  from public.partner_home h
  where h.tenant_id = access.tenant_of_history() and h.accepted_at <= moment and (h.ended_at is null or h.ended_at > moment)
    and moment >= access.history_since()
$$;
grant execute on function access.own_partner_at(timestamptz) to liaison_tenant, liaison_delegate;

reset role;
