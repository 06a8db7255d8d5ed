set role liaison_authz;

-- What a tenant paid in each calendar month of the program and each currency, less what went back: from billing events since it was referred,
-- never from invoices or their lines. Newest month first.
create function access.revenue_of_tenant(tenant uuid, since timestamptz) returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
begin
  return (select coalesce(jsonb_agg(jsonb_build_object('month', sums.month, 'amount', jsonb_build_object('amount_minor', sums.net_minor, 'currency', sums.currency)) order by sums.month desc, sums.currency), '[]')
  from (
    select to_char(e.occurred_at at time zone coalesce(m.timezone, 'UTC'), 'YYYY-MM') as month, e.currency, sum(case when e.kind = 'invoice_paid' then e.net_minor else -e.net_minor end)::bigint as net_minor
    from public.billing_event e left join public.program m on m.code = 'standard'
    where e.tenant_id = revenue_of_tenant.tenant and e.occurred_at >= since
    group by 1, 2) sums);
end
$$;

-- The seventh column of the limited tenant view: owners of the partner that referred the tenant see it, nobody else.
create function access.monthly_revenue(tenant uuid) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select access.revenue_of_tenant(r.tenant_id, r.referred_at) from public.referral r
  where r.tenant_id = monthly_revenue.tenant and r.voided_at is null and r.partner_id = access.partner_of_owner()
  $$;
grant execute on function access.monthly_revenue(uuid) to liaison_program, liaison_limited_view;

-- The status of a tenant in the three words that partners may know.
create function access.told_status(status text) returns text
  language sql immutable
  return case status when 'suspended' then 'suspended' when 'closed' then 'closed' else 'active' end;
grant execute on function access.told_status(text) to liaison_program, liaison_limited_view, liaison_platform;

-- When a tenant signed up: as its sign-up was reported, or as it was entered where the provider referred it by hand.
create function access.told_sign_up(method text, referred_at timestamptz, entered_at timestamptz) returns timestamptz
  language sql immutable
  return case when method = 'manual' then least(entered_at, referred_at) else referred_at end;
grant execute on function access.told_sign_up(text, timestamptz, timestamptz) to liaison_program, liaison_limited_view;

-- How the asking tenant was referred, and every field that its partner sees of it: the owner's view, which is the wider one (D11).
create function access.own_referral() returns jsonb
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select jsonb_build_object('referral_id', r.id, 'partner_id', p.id, 'partner_name', p.name, 'referred_at', r.referred_at, 'method', r.method, 'code', c.code, 'is_locked', r.locked_at is not null, 'locked_at', r.locked_at,
    'shown', jsonb_build_object('tenant_id', t.id, 'name', t.name, 'slug', t.slug, 'status', access.told_status(t.status), 'signed_up_at', access.told_sign_up(r.method, r.referred_at, t.created_at), 'subscription_tier', t.plan_type,
      'monthly_revenue', access.revenue_of_tenant(t.id, r.referred_at)))
  from public.referral r
  join public.partner p on p.id = r.partner_id
  join public.tenant t on t.id = r.tenant_id
  left join public.referral_code c on c.id = r.code_id
  where r.tenant_id = access.context_id('tenant_id') and r.tenant_id in (select access.reach('referral', 'select')) and r.voided_at is null
    and session_user = 'liaison_tenant' and access.context_plane() = 'tenant'
  $$;
grant execute on function access.own_referral() to liaison_tenant;

reset role;
set role liaison_owner;

-- The role that owns the view may read these columns of a tenant, of tenants that the asking partner referred, and nothing else.
create policy referred on tenant for select to liaison_limited_view
  using (id in (select r.tenant_id from referral r where r.voided_at is null));
grant select (id, name, slug, status, created_at, plan_type) on tenant to liaison_limited_view;

reset role;
set role liaison_limited_view;

create view partner_visible_tenant with (security_barrier = true) as
  select t.id as tenant_id, t.name, t.slug, access.told_status(t.status) as status, access.told_sign_up(r.method, r.referred_at, t.created_at) as signed_up_at, t.plan_type as subscription_tier,
    access.monthly_revenue(t.id) as monthly_revenue
  from tenant t join referral r on r.tenant_id = t.id and r.voided_at is null;
comment on view partner_visible_tenant is 'The limited tenant view: the seven columns by which a partner sees the tenants that it referred, and nothing else (D2). Staff see those of their own codes, without the last column.';
grant select on partner_visible_tenant to liaison_program;

reset role;
revoke create on schema public from liaison_limited_view;
