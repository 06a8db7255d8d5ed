set role liaison_owner;

alter table partner
  add column support_contact text check (char_length(support_contact) between 1 and 200),
  add column approved_support_contact text;
comment on column partner.support_contact is 'Where the partner helps people of tenants: an e-mail address, a website or a telephone number, as it was typed last.';
comment on column partner.approved_support_contact is 'The support contact that the provider wrote or confirmed last: what people of tenants are shown. A partner that changes its own changes nothing here.';

-- As of a website: whoever keeps the registry approves a support contact by saving it, even where it stays the same.
create function private.approve_support_contact() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  if private.side_of_login() = 'partner' then
    new.approved_support_contact := case when tg_op = 'UPDATE' then old.approved_support_contact end;
  else
    new.approved_support_contact := new.support_contact;
  end if;
  return new;
end
$$;
create trigger approve_support_contact before insert or update of support_contact, approved_support_contact on partner for each row execute function private.approve_support_contact();

grant update (support_contact) on partner to liaison_program;
grant select (approved_support_contact) on partner to liaison_tenant;

reset role;
