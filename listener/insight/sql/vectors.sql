-- One vector per analysed mention. The width is the model's, so the table is made when the first vector comes ({dims} is an integer).
create table if not exists vector (mention_id bigint not null, embedding float[{dims}] not null);
