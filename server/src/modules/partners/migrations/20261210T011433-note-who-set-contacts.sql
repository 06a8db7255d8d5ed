set role liaison_owner;

-- An import from another program knows partners by their contact address, and pays whoever it finds. A partner writes its own address, so it
-- must not be found by one that it only says is its own. Who set those of before is not known.
alter table partner add column contact_set_by_partner boolean not null default true;
alter table partner alter column contact_set_by_partner set default false;
comment on column partner.contact_set_by_partner is 'Whether the partner itself wrote its contact address; nobody proved then that it is its own (D12).';

create function private.note_contact() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
begin
  new.contact_set_by_partner := case when new.contact_email is distinct from old.contact_email then session_user = 'liaison_program' else old.contact_set_by_partner end;
  return new;
end
$$;
create trigger note_contact before update of contact_email, contact_set_by_partner on partner for each row execute function private.note_contact();

reset role;
