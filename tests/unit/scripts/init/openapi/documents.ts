/** In the manner of a Java framework: 3.0, int64 keys, nullable, allOf with a reference, a discriminator. */
export const BOOKINGS_30 = JSON.stringify({
  openapi: '3.0.1',
  info: { title: 'Bookings', version: 'v1' },
  servers: [
    {
      url: 'https://{region}.hotel.example/v1/{tenant}',
      variables: { region: { default: 'eu' }, tenant: { default: 'hotel' } },
    },
  ],
  paths: {
    '/rooms': {
      get: {
        tags: ['rooms'],
        operationId: 'listRooms',
        parameters: [{ $ref: '#/components/parameters/Page' }],
        responses: {
          200: { $ref: '#/components/responses/Rooms' },
          404: { description: 'none' },
        },
      },
    },
    '/rooms/{id}': {
      parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'integer', format: 'int64' } }],
      get: { tags: ['rooms'], responses: { 200: { description: 'one' } } },
    },
    '/search': {
      get: {
        parameters: [
          { name: 'from', in: 'query', required: true, schema: { type: 'string', format: 'date' } },
        ],
        responses: { 200: { description: 'some' } },
      },
    },
    '/legacy': { get: { deprecated: true, responses: { 200: { description: 'old' } } } },
    '/bookings': {
      get: {
        security: [{ bearer: [] }],
        responses: {
          200: {
            description: 'all',
            content: {
              '*/*': { schema: { type: 'array', items: { $ref: '#/components/schemas/Booking' } } },
            },
          },
        },
      },
      post: {
        requestBody: {
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Booking' } } },
        },
        responses: { 201: { description: 'made' } },
      },
    },
  },
  components: {
    parameters: { Page: { name: 'page', in: 'query', required: false, schema: { type: 'integer' } } },
    responses: {
      Rooms: {
        description: 'a page of rooms',
        content: {
          'application/json;charset=utf-8': {
            schema: {
              type: 'object',
              required: ['items', 'total'],
              properties: {
                items: { type: 'array', items: { $ref: '#/components/schemas/Room' } },
                total: { type: 'integer', format: 'int32' },
              },
            },
          },
        },
      },
    },
    schemas: {
      Room: {
        type: 'object',
        additionalProperties: false,
        required: ['id', 'name', 'beds', 'kind'],
        properties: {
          id: { type: 'integer', format: 'int64' },
          name: { type: 'string', minLength: 1, maxLength: 50 },
          beds: { type: 'integer', format: 'int32', minimum: 0, exclusiveMinimum: true, maximum: 8 },
          kind: { type: 'string', enum: ['single', 'double', 'suite'] },
          notes: { type: 'string', nullable: true },
          colour: { type: 'string', format: 'color' },
          photos: { type: 'array', items: { type: 'string', format: 'uri' } },
          password: { type: 'string', writeOnly: true },
        },
      },
      Identified: {
        type: 'object',
        required: ['id'],
        properties: { id: { type: 'string', format: 'uuid' } },
      },
      Card: {
        type: 'object',
        required: ['type', 'last4'],
        properties: {
          type: { type: 'string', enum: ['card'] },
          last4: { type: 'string', pattern: '^\\d{4}$' },
        },
      },
      Voucher: {
        type: 'object',
        required: ['type', 'code'],
        properties: { type: { type: 'string', enum: ['voucher'] }, code: { type: 'string' } },
      },
      Booking: {
        allOf: [
          { $ref: '#/components/schemas/Identified' },
          {
            type: 'object',
            required: ['placed', 'paid'],
            properties: {
              placed: { type: 'string', format: 'date-time' },
              paid: {
                oneOf: [{ $ref: '#/components/schemas/Card' }, { $ref: '#/components/schemas/Voucher' }],
                discriminator: { propertyName: 'type' },
              },
              room: { nullable: true, allOf: [{ $ref: '#/components/schemas/Room' }] },
            },
          },
        ],
      },
    },
  },
});

/** In the manner of a Python framework: 3.1, YAML, lists of types, a tree, references to where nobody can follow. */
export const TELEMETRY_31 = `
openapi: 3.1.0
info: { title: Telemetry, version: 1.0.0 }
paths:
  /tree:
    get:
      responses:
        '200':
          description: a tree
          content:
            application/json:
              schema: { $ref: '#/components/schemas/tree-node' }
  /readings:
    get:
      responses:
        '200':
          description: the latest
          content:
            application/vnd.telemetry+json:
              schema:
                type: object
                required: [latest]
                properties:
                  latest: { $ref: '#/components/schemas/Reading' }
  /elsewhere:
    get:
      responses:
        '200':
          description: of another file
          content:
            application/json:
              schema: { $ref: 'other.yaml#/Thing' }
components:
  schemas:
    tree-node:
      type: object
      required: [name, children]
      properties:
        name: { type: string }
        children:
          type: array
          items: { $ref: '#/components/schemas/tree-node' }
    Reading:
      type: object
      required: [kind, value]
      patternProperties: { '^x-': { type: string } }
      properties:
        kind: { const: reading }
        value:
          anyOf:
            - { type: number, exclusiveMinimum: -1 }
            - { type: string, pattern: '^[0-9.]+$' }
        unit: { type: [string, 'null'] }
        tags:
          type: object
          additionalProperties: { type: string }
        at: { anyOf: [{ type: string, format: date }, { type: 'null' }] }
        labels: { type: array, uniqueItems: true, items: { type: string } }
`;

/** In the manner of the older format. */
export const LIBRARY_2 = JSON.stringify({
  swagger: '2.0',
  info: { title: 'Library', version: '1' },
  host: 'library.example',
  basePath: '/api/',
  produces: ['application/json'],
  paths: {
    '/books': {
      get: {
        responses: {
          200: { description: 'all', schema: { type: 'array', items: { $ref: '#/definitions/Book' } } },
        },
      },
      post: {
        parameters: [{ name: 'book', in: 'body', required: true, schema: { $ref: '#/definitions/Book' } }],
        responses: { 201: { description: 'made' } },
      },
    },
    '/cover': {
      get: {
        produces: ['image/png'],
        responses: { 200: { description: 'a picture', schema: { type: 'file' } } },
      },
    },
  },
  definitions: {
    Book: {
      type: 'object',
      required: ['isbn', 'title'],
      properties: { isbn: { type: 'string' }, title: { type: 'string' }, year: {} },
    },
  },
});
