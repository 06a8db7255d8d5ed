set role liaison_owner;

create table sandbox_tenant (
  partner_id uuid primary key references partner (id),
  tenant_id uuid not null unique references tenant (id),
  created_at timestamptz not null default now()
);
comment on table sandbox_tenant is 'The organisation with made-up data in which a partner plays the customer of its own sandbox clients. No other partner, and nobody else, is let in.';
call private.protect('sandbox_tenant');
call private.audit_changes('sandbox_tenant', true);
create policy partner_side on sandbox_tenant for select to liaison_program using (partner_id = (select access.own_partner()));
create policy provider_side on sandbox_tenant for select to liaison_platform using ((select access.context_plane()) = 'platform');
grant select on sandbox_tenant to liaison_program, liaison_platform;

-- What makes one writes as the deciding role, and there as the sandbox alone.
create policy opening on sandbox_tenant for insert to liaison_authz with check (true);
create policy opening_sandbox on tenant for insert to liaison_authz with check (is_sandbox);
create policy opening_sandbox on billing_account for insert to liaison_authz with check (exists (select from sandbox_tenant s where s.tenant_id = billing_account.tenant_id));
create policy opening_sandbox on commercial_relationship for insert to liaison_authz with check (
  kind = 'direct' and exists (select from sandbox_tenant s where s.tenant_id = commercial_relationship.tenant_id));
create policy opening_sandbox on tenant_member for insert to liaison_authz with check (exists (select from sandbox_tenant s where s.tenant_id = tenant_member.tenant_id));
create policy opening_sandbox on tenant_partner_policy for insert to liaison_authz with check (exists (select from sandbox_tenant s where s.tenant_id = tenant_partner_policy.tenant_id));
create policy sandbox_members on tenant_member for update to liaison_authz
  using (exists (select from sandbox_tenant s where s.tenant_id = tenant_member.tenant_id))
  with check (exists (select from sandbox_tenant s where s.tenant_id = tenant_member.tenant_id));
grant insert (partner_id, tenant_id) on sandbox_tenant to liaison_authz;
grant insert (id, name, slug, is_sandbox, currency) on tenant to liaison_authz;
grant insert (tenant_id, id, ban, name, currency) on billing_account to liaison_authz;
grant insert (kind, tenant_id, account_id, payer_tenant_id, payer_account_id) on commercial_relationship to liaison_authz;
grant insert (tenant_id, who_may_ask, listed_partner_ids) on tenant_partner_policy to liaison_authz;
grant insert (tenant_id, person_id, role), update (status, role) on tenant_member to liaison_authz;

reset role;
set role liaison_authz;

-- The owner of a partner who asks in the program plane; null for anybody else.
create function access.sandbox_owner() returns uuid
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select m.person_id from public.partner_member m
  where access.is_in_own_plane() and access.context_plane() = 'program'
    and m.partner_id = access.own_partner() and m.person_id = access.context_id('actor_id') and m.role = 'PARTNER_OWNER' and m.status = 'active'
$$;

-- The sandbox of the partner of this transaction, as its people see it; null before there is one.
create function access.own_sandbox() returns jsonb
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select jsonb_build_object('tenant_id', t.id, 'name', t.name,
    'decides', exists (select from public.tenant_member m where m.tenant_id = t.id and m.person_id = access.context_id('actor_id') and m.role = 'TENANT_ADMIN' and m.status = 'active'),
    'accounts', (select jsonb_agg(jsonb_build_object('ban', a.ban, 'name', a.name, 'currency', a.currency) order by a.ban) from public.billing_account a where a.tenant_id = t.id and a.status = 'active'))
  from public.sandbox_tenant s join public.tenant t on t.id = s.tenant_id
  where access.is_in_own_plane() and access.context_plane() = 'program' and s.partner_id = access.own_partner()
$$;

-- Makes the sandbox of the partner when there is none, and the owner who asks an administrator of it. Says what was new.
create function access.open_sandbox() returns jsonb
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  owner uuid := access.sandbox_owner();
  partner uuid := access.own_partner();
  sandbox uuid;
  account uuid;
  money text;
  is_new boolean;
  has_joined boolean;
begin
  if owner is null then
    raise exception 'the sandbox is opened by an owner of the partner' using errcode = 'insufficient_privilege';
  end if;
  -- Two owners at once make one.
  perform pg_advisory_xact_lock(hashtextextended('sandbox ' || partner, 0));
  select s.tenant_id into sandbox from public.sandbox_tenant s where s.partner_id = partner;
  is_new := not found;
  if is_new then
    sandbox := uuidv7();
    money := coalesce((select p.currency from public.product p where p.status = 'offered' group by p.currency order by count(*) desc, p.currency limit 1), 'EUR');
    insert into public.tenant (id, name, slug, is_sandbox, currency)
    select sandbox, left('Sandbox of ' || p.name, 200), 'sandbox-' || replace(sandbox::text, '-', ''), true, money from public.partner p where p.id = partner;
    insert into public.sandbox_tenant (partner_id, tenant_id) values (partner, sandbox);
    insert into public.tenant_partner_policy (tenant_id, who_may_ask, listed_partner_ids) values (sandbox, 'listed', array[partner]);
    for place in 1 .. 2 loop
      account := uuidv7();
      insert into public.billing_account (tenant_id, id, ban, name, currency) values (sandbox, account, 'SANDBOX-' || place, 'Made-up site ' || place, money);
      insert into public.commercial_relationship (kind, tenant_id, account_id, payer_tenant_id, payer_account_id) values ('direct', sandbox, account, sandbox, account);
    end loop;
  end if;
  has_joined := not exists (select from public.tenant_member m where m.tenant_id = sandbox and m.person_id = owner and m.status = 'active' and m.role = 'TENANT_ADMIN');
  if has_joined then
    insert into public.tenant_member (tenant_id, person_id, role) values (sandbox, owner, 'TENANT_ADMIN')
    on conflict (tenant_id, person_id) do update set status = 'active', role = 'TENANT_ADMIN';
  end if;
  return jsonb_build_object('tenant_id', sandbox, 'is_new', is_new, 'has_joined', has_joined);
end
$$;
comment on function access.open_sandbox() is 'Whose sandbox, and who joins it, comes from the context alone.';

-- Whoever leaves the partner leaves its sandbox in the same moment.
create function access.leave_sandbox() returns trigger
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  sandbox uuid;
begin
  update public.tenant_member m set status = 'inactive'
  from public.sandbox_tenant s
  where s.partner_id = new.partner_id and m.tenant_id = s.tenant_id and m.person_id = new.person_id and m.status = 'active'
  returning m.tenant_id into sandbox;
  if sandbox is not null then
    perform audit.record(jsonb_build_object('action', 'sandbox.leave', 'tenant_id', sandbox, 'resource_type', 'person', 'resource_id', new.person_id));
  end if;
  return null;
end
$$;

-- In the sandbox of a partner are its own people alone.
create function access.keep_sandbox_closed() returns trigger
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
begin
  if exists (select from public.sandbox_tenant s where s.tenant_id = new.tenant_id
      and not exists (select from public.partner_member m where m.partner_id = s.partner_id and m.person_id = new.person_id and m.status = 'active')) then
    raise exception 'only people of the partner are members of its sandbox' using errcode = 'check_violation', constraint = 'sandbox_of_own_people';
  end if;
  return new;
end
$$;

-- And no other partner is let in.
create function access.keep_sandbox_apart() returns trigger
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
begin
  if new.partner_id is not null and exists (select from public.sandbox_tenant s where s.tenant_id = new.tenant_id and s.partner_id <> new.partner_id) then
    raise exception 'a sandbox is opened to the partner whose it is, and to no other' using errcode = 'check_violation', constraint = 'sandbox_of_own_partner';
  end if;
  return new;
end
$$;

-- A client that works for real customers gets no consent of a made-up one.
create function access.keep_sandbox_unreal() returns trigger
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
begin
  if exists (select from public.sandbox_tenant s where s.tenant_id = new.tenant_id)
    and exists (select from public.api_client k where k.id = new.client_id and k.environment <> 'sandbox') then
    raise exception 'a sandbox lets sandbox clients in, and no live one' using errcode = 'check_violation', constraint = 'sandbox_of_sandbox_clients';
  end if;
  return new;
end
$$;

grant execute on function access.own_sandbox(), access.open_sandbox() to liaison_program;
grant execute on function access.leave_sandbox(), access.keep_sandbox_closed(), access.keep_sandbox_apart(), access.keep_sandbox_unreal() to liaison_owner;

reset role;
set role liaison_owner;

create trigger leave_sandbox after update of status on partner_member for each row when (new.status <> 'active') execute function access.leave_sandbox();
create trigger sandbox_closed before insert or update of status on tenant_member for each row when (new.status = 'active') execute function access.keep_sandbox_closed();
create trigger sandbox_apart before insert on delegation for each row execute function access.keep_sandbox_apart();
create trigger sandbox_unreal before insert on consent for each row execute function access.keep_sandbox_unreal();

reset role;
