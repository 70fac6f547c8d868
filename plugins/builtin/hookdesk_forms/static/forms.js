// Fields that are asked for only sometimes appear and go while others are filled in.
