set role liaison_owner;

create table api_terms_acceptance (
  id uuid primary key default uuidv7(),
  partner_id uuid not null references partner (id),
  version integer not null check (version > 0),
  text_sha256 text not null check (text_sha256 ~ '^[0-9a-f]{64}$'),
  accepted_by uuid not null,
  accepted_by_name text not null,
  accepted_at timestamptz not null default now(),
  unique (partner_id, version)
);
comment on table api_terms_acceptance is 'Which version of the API terms a partner accepted, by whom, and the digest of the very text that was shown. History: a row never changes.';
call private.protect('api_terms_acceptance');
call private.audit_changes('api_terms_acceptance', false);
create trigger append_only before update or delete on api_terms_acceptance for each row execute function private.refuse_change();
create trigger no_truncate before truncate on api_terms_acceptance for each statement execute function private.refuse_change();

create policy own_acceptance on api_terms_acceptance for select to liaison_program using (partner_id = (select access.own_partner()));
create policy accepting on api_terms_acceptance for insert to liaison_program
  with check (partner_id = (select access.own_partner()) and accepted_by = (select access.context_id('actor_id')));
create policy provider_read on api_terms_acceptance for select to liaison_platform using ((select access.context_plane()) = 'platform');
grant select, insert (partner_id, version, text_sha256, accepted_by, accepted_by_name) on api_terms_acceptance to liaison_program;
grant select on api_terms_acceptance to liaison_platform;

reset role;
