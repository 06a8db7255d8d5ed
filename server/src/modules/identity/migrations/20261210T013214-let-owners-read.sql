set role liaison_owner;

-- Of the people of a partner, its staff reads names over the API, where these belong to something that it may see, and in SQL read the e-mail addresses of
-- all; so did whoever had left the partner.
create policy owners_read on person as restrictive for select to liaison_program
  using (id = (select access.context_id('actor_id')) or (select access.partner_as_owner()) is not null);

reset role;
