set role liaison_owner;

create index referral_sign_up_contact on referral_sign_up (received_at) where contact_email is not null or ip_prefix is not null;
comment on column referral_sign_up.contact_email is 'For the rules that look for referrals of oneself. No login reads it, and it is forgotten after the days that the provider sets.';
comment on column referral_sign_up.ip_prefix is 'The network of the sign-up, for the same rules; forgotten with the address.';
comment on table referral_sign_up is 'Every sign-up that the provider''s systems reported, once, with what came of it and why. The outcome is written once; nothing else ever changes but that contact and network are forgotten in their time (D11).';
grant update (contact_email, ip_prefix) on referral_sign_up to liaison_authz;

reset role;
set role liaison_authz;

-- Up to which instant the contacts of sign-ups are over.
create function access.contacts_kept_since() returns timestamptz
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select statement_timestamp() - make_interval(days => (select s.contact_kept_days from public.program_setting s order by s.version desc limit 1))
$$;
grant execute on function access.contacts_kept_since() to liaison_owner;

create or replace function access.enforce_sign_up() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  if old.received_at <= access.contacts_kept_since() and new.contact_email is null and new.ip_prefix is null
    and (to_jsonb(new) - 'contact_email' - 'ip_prefix') = (to_jsonb(old) - 'contact_email' - 'ip_prefix') then
    return new;
  end if;
  if old.outcome is not null or (new.id, new.source, new.external_id, new.digest, new.tenant_id, new.occurred_at, new.received_at) is distinct from (old.id, old.source, old.external_id, old.digest, old.tenant_id, old.occurred_at, old.received_at)
    or new.code is distinct from old.code or new.click_id is distinct from old.click_id or new.contact_email is distinct from old.contact_email or new.ip_prefix is distinct from old.ip_prefix then
    raise exception 'a sign-up is history' using errcode = 'restrict_violation', constraint = 'referral_sign_up_history';
  end if;
  return new;
end
$$;

-- Forgets contact and network of sign-ups whose time is over; answers of how many. Only our own work by the clock does this.
create function access.forget_contacts(most integer) returns integer
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  forgotten integer;
begin
  if session_user <> 'liaison_job' or access.context_plane() is distinct from 'system' then
    raise exception 'only the clock forgets contacts' using errcode = 'insufficient_privilege';
  end if;
  update public.referral_sign_up s set contact_email = null, ip_prefix = null
  where s.id in (
    select o.id from public.referral_sign_up o
    where (o.contact_email is not null or o.ip_prefix is not null) and o.received_at <= access.contacts_kept_since()
    order by o.received_at limit most for update skip locked);
  get diagnostics forgotten = row_count;
  return forgotten;
end
$$;
grant execute on function access.forget_contacts(integer) to liaison_job;

reset role;
