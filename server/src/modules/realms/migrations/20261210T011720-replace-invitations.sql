set role liaison_owner;

-- An invitation is replaced by a newer one to the same address, in the own realm alone: who was invited as an admin by mistake becomes none
-- by the first link. Nothing else of a link changes, and its digest is read by nobody of the partner.
create policy partner_looks on end_user_token for select to liaison_program using (partner_id = (select access.own_partner()) and purpose = 'invitation');
create policy partner_replaces on end_user_token for update to liaison_program
  using (partner_id = (select access.own_partner()) and purpose = 'invitation')
  with check (partner_id = (select access.own_partner()) and purpose = 'invitation');
grant select (partner_id, purpose, email, used_at), update (used_at) on end_user_token to liaison_program;

reset role;
