set role liaison_owner;

-- What a partner typed waits until the provider approves that very value, or writes one itself: saving the rest of the entry approves nothing.
create or replace function private.approve_website() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if private.side_of_login() = 'partner' then
    new.approved_website := case when tg_op = 'UPDATE' then old.approved_website end;
  elsif tg_op = 'INSERT' or new.website is distinct from old.website then
    new.approved_website := new.website;
  elsif new.approved_website is distinct from new.website then
    new.approved_website := old.approved_website;
  end if;
  return new;
end
$$;

create or replace function private.approve_support_contact() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if private.side_of_login() = 'partner' then
    new.approved_support_contact := case when tg_op = 'UPDATE' then old.approved_support_contact end;
  elsif tg_op = 'INSERT' or new.support_contact is distinct from old.support_contact then
    new.approved_support_contact := new.support_contact;
  elsif new.approved_support_contact is distinct from new.support_contact then
    new.approved_support_contact := old.approved_support_contact;
  end if;
  return new;
end
$$;

comment on column partner.approved_website is 'The website that the provider wrote, or approved by name: what whoever decides about the partner is shown. A partner that changes its website changes nothing here, and neither does a save that leaves it as it is.';
comment on column partner.approved_support_contact is 'The support contact that the provider wrote, or approved by name: what people of tenants are shown. A partner that changes its own changes nothing here, and neither does a save that leaves it as it is.';

reset role;
