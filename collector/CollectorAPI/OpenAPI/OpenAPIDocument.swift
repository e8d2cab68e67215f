// swift-format-ignore-file
// Made from docs/openapi.yaml by scripts/make-openapi.py; change it there.

/// The description of this API, as it is served.
enum OpenAPIDocument {
    /// OpenAPI 3.1 as JSON.
    static let json = ###"""
{
 "openapi": "3.1.0",
 "info": {
  "title": "edgeprof collector",
  "version": "0.1.0",
  "description": "What agents push and people ask. Bodies are JSON, `Content-Encoding: gzip` is taken everywhere but for models' files; every error is a\nproblem document (RFC 9457). Fields are added freely and never renamed: clients ignore those they do not know. A run carries its\n`schemaVersion`; a collector takes every version up to its own, so older agents keep working. Times are RFC 3339; quantities are in the\nbase unit their name ends with. docs/collector.md tells the rest.\n"
 },
 "servers": [
  {
   "url": "/"
  }
 ],
 "security": [
  {
   "token": []
  }
 ],
 "tags": [
  {
   "name": "agents",
   "description": "Boxes that measure"
  },
  {
   "name": "jobs",
   "description": "What they are asked to measure"
  },
  {
   "name": "runs",
   "description": "What they measured"
  },
  {
   "name": "models",
   "description": "Files and accuracies"
  },
  {
   "name": "decisions",
   "description": "Summaries and rankings"
  },
  {
   "name": "access",
   "description": "Tokens and who did what"
  },
  {
   "name": "service",
   "description": "The collector itself"
  }
 ],
 "paths": {
  "/healthz": {
   "get": {
    "operationId": "health",
    "tags": [
     "service"
    ],
    "summary": "Whether the process answers.",
    "security": [],
    "responses": {
     "200": {
      "$ref": "#/components/responses/Status"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   }
  },
  "/readyz": {
   "get": {
    "operationId": "readiness",
    "tags": [
     "service"
    ],
    "summary": "Whether the store can be read.",
    "security": [],
    "responses": {
     "200": {
      "$ref": "#/components/responses/Status"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   }
  },
  "/metrics": {
   "get": {
    "operationId": "metrics",
    "tags": [
     "service"
    ],
    "summary": "Counters for Prometheus, as OpenMetrics where that is accepted. Roles viewer, admin; anyone on the machine where so configured.",
    "responses": {
     "200": {
      "description": "All series.",
      "headers": {
       "X-Request-Id": {
        "$ref": "#/components/headers/RequestId"
       }
      },
      "content": {
       "application/openmetrics-text": {
        "schema": {
         "type": "string"
        }
       },
       "text/plain": {
        "schema": {
         "type": "string"
        }
       }
      }
     },
     "401": {
      "$ref": "#/components/responses/Unauthorized"
     },
     "403": {
      "$ref": "#/components/responses/Forbidden"
     },
     "429": {
      "$ref": "#/components/responses/TooMany"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   }
  },
  "/openapi.json": {
   "get": {
    "operationId": "openapi",
    "tags": [
     "service"
    ],
    "summary": "This document.",
    "security": [],
    "responses": {
     "200": {
      "description": "OpenAPI 3.1.",
      "headers": {
       "X-Request-Id": {
        "$ref": "#/components/headers/RequestId"
       },
       "ETag": {
        "$ref": "#/components/headers/ETag"
       }
      },
      "content": {
       "application/json": {
        "schema": {
         "type": "object"
        }
       }
      }
     },
     "304": {
      "$ref": "#/components/responses/Unchanged"
     },
     "429": {
      "$ref": "#/components/responses/TooMany"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   }
  },
  "/install.sh": {
   "get": {
    "operationId": "installScript",
    "tags": [
     "service"
    ],
    "summary": "The script that installs the agent's package; 404 where the collector hands out none.",
    "security": [],
    "responses": {
     "200": {
      "description": "A POSIX shell script.",
      "headers": {
       "X-Request-Id": {
        "$ref": "#/components/headers/RequestId"
       }
      },
      "content": {
       "text/x-shellscript": {
        "schema": {
         "type": "string"
        }
       }
      }
     },
     "400": {
      "$ref": "#/components/responses/Malformed"
     },
     "404": {
      "$ref": "#/components/responses/NotFound"
     },
     "429": {
      "$ref": "#/components/responses/TooMany"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   }
  },
  "/packages/{file}": {
   "parameters": [
    {
     "name": "file",
     "in": "path",
     "required": true,
     "description": "A package's file name or SHA256SUMS.",
     "schema": {
      "type": "string",
      "minLength": 1
     },
     "example": "SHA256SUMS"
    }
   ],
   "get": {
    "operationId": "package",
    "tags": [
     "service"
    ],
    "summary": "An agent's package, or the SHA-256 of each.",
    "security": [],
    "responses": {
     "200": {
      "description": "The file.",
      "headers": {
       "X-Request-Id": {
        "$ref": "#/components/headers/RequestId"
       }
      },
      "content": {
       "application/vnd.debian.binary-package": {
        "schema": {
         "type": "string"
        }
       },
       "text/plain": {
        "schema": {
         "type": "string"
        }
       }
      }
     },
     "404": {
      "$ref": "#/components/responses/NotFound"
     },
     "429": {
      "$ref": "#/components/responses/TooMany"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   }
  },
  "/v1/enroll": {
   "post": {
    "operationId": "enroll",
    "tags": [
     "agents"
    ],
    "summary": "Makes an agent of a box. Role enrollment.",
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {
       "schema": {
        "$ref": "#/components/schemas/EnrollRequest"
       }
      }
     }
    },
    "responses": {
     "201": {
      "description": "Enrolled; an active agent gets its first access token, a pending one waits for approval.",
      "headers": {
       "X-Request-Id": {
        "$ref": "#/components/headers/RequestId"
       }
      },
      "content": {
       "application/json": {
        "schema": {
         "$ref": "#/components/schemas/EnrollResponse"
        }
       }
      }
     },
     "400": {
      "$ref": "#/components/responses/Malformed"
     },
     "401": {
      "$ref": "#/components/responses/Unauthorized"
     },
     "403": {
      "$ref": "#/components/responses/Forbidden"
     },
     "413": {
      "$ref": "#/components/responses/TooLarge"
     },
     "415": {
      "$ref": "#/components/responses/WrongType"
     },
     "422": {
      "$ref": "#/components/responses/Invalid"
     },
     "429": {
      "$ref": "#/components/responses/TooMany"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   }
  },
  "/v1/agents": {
   "get": {
    "operationId": "listAgents",
    "tags": [
     "agents"
    ],
    "summary": "All agents. Roles viewer, admin.",
    "responses": {
     "200": {
      "description": "By enrolment.",
      "headers": {
       "X-Request-Id": {
        "$ref": "#/components/headers/RequestId"
       }
      },
      "content": {
       "application/json": {
        "schema": {
         "$ref": "#/components/schemas/AgentList"
        }
       }
      }
     },
     "304": {
      "$ref": "#/components/responses/Unchanged"
     },
     "400": {
      "$ref": "#/components/responses/Malformed"
     },
     "401": {
      "$ref": "#/components/responses/Unauthorized"
     },
     "403": {
      "$ref": "#/components/responses/Forbidden"
     },
     "429": {
      "$ref": "#/components/responses/TooMany"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   }
  },
  "/v1/agents/{id}": {
   "parameters": [
    {
     "$ref": "#/components/parameters/AgentId"
    }
   ],
   "get": {
    "operationId": "showAgent",
    "tags": [
     "agents"
    ],
    "summary": "One agent. Roles viewer, admin.",
    "responses": {
     "200": {
      "$ref": "#/components/responses/Agent"
     },
     "304": {
      "$ref": "#/components/responses/Unchanged"
     },
     "401": {
      "$ref": "#/components/responses/Unauthorized"
     },
     "403": {
      "$ref": "#/components/responses/Forbidden"
     },
     "404": {
      "$ref": "#/components/responses/NotFound"
     },
     "429": {
      "$ref": "#/components/responses/TooMany"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   }
  },
  "/v1/agents/{id}/token": {
   "parameters": [
    {
     "$ref": "#/components/parameters/AgentId"
    }
   ],
   "post": {
    "operationId": "refreshToken",
    "tags": [
     "agents"
    ],
    "summary": "Without a body a challenge; with the challenge signed, another access token. Proven by signature, no token needed.",
    "security": [],
    "requestBody": {
     "required": false,
     "content": {
      "application/json": {
       "schema": {
        "$ref": "#/components/schemas/AccessTokenRequest"
       }
      }
     }
    },
    "responses": {
     "200": {
      "description": "A token for an hour.",
      "headers": {
       "X-Request-Id": {
        "$ref": "#/components/headers/RequestId"
       }
      },
      "content": {
       "application/json": {
        "schema": {
         "$ref": "#/components/schemas/AccessTokenGrant"
        }
       }
      }
     },
     "400": {
      "$ref": "#/components/responses/Malformed"
     },
     "401": {
      "$ref": "#/components/responses/Challenge"
     },
     "403": {
      "$ref": "#/components/responses/Forbidden"
     },
     "413": {
      "$ref": "#/components/responses/TooLarge"
     },
     "429": {
      "$ref": "#/components/responses/TooMany"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   }
  },
  "/v1/agents/{id}/approve": {
   "parameters": [
    {
     "$ref": "#/components/parameters/AgentId"
    }
   ],
   "post": {
    "operationId": "approveAgent",
    "tags": [
     "agents"
    ],
    "summary": "Lets a pending agent work. Role admin.",
    "responses": {
     "200": {
      "$ref": "#/components/responses/Agent"
     },
     "401": {
      "$ref": "#/components/responses/Unauthorized"
     },
     "403": {
      "$ref": "#/components/responses/Forbidden"
     },
     "404": {
      "$ref": "#/components/responses/NotFound"
     },
     "409": {
      "$ref": "#/components/responses/Conflict"
     },
     "429": {
      "$ref": "#/components/responses/TooMany"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   }
  },
  "/v1/agents/{id}/revoke": {
   "parameters": [
    {
     "$ref": "#/components/parameters/AgentId"
    }
   ],
   "post": {
    "operationId": "revokeAgent",
    "tags": [
     "agents"
    ],
    "summary": "Shuts an agent out for ever; its runs stay. Role admin.",
    "responses": {
     "200": {
      "$ref": "#/components/responses/Agent"
     },
     "401": {
      "$ref": "#/components/responses/Unauthorized"
     },
     "403": {
      "$ref": "#/components/responses/Forbidden"
     },
     "404": {
      "$ref": "#/components/responses/NotFound"
     },
     "429": {
      "$ref": "#/components/responses/TooMany"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   }
  },
  "/v1/agents/{id}/labels": {
   "parameters": [
    {
     "$ref": "#/components/parameters/AgentId"
    }
   ],
   "put": {
    "operationId": "labelAgent",
    "tags": [
     "agents"
    ],
    "summary": "Replaces all labels of an agent. Role admin.",
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {
       "schema": {
        "type": "object",
        "required": [
         "labels"
        ],
        "properties": {
         "labels": {
          "$ref": "#/components/schemas/Labels"
         }
        }
       }
      }
     }
    },
    "responses": {
     "200": {
      "$ref": "#/components/responses/Agent"
     },
     "400": {
      "$ref": "#/components/responses/Malformed"
     },
     "401": {
      "$ref": "#/components/responses/Unauthorized"
     },
     "403": {
      "$ref": "#/components/responses/Forbidden"
     },
     "404": {
      "$ref": "#/components/responses/NotFound"
     },
     "413": {
      "$ref": "#/components/responses/TooLarge"
     },
     "415": {
      "$ref": "#/components/responses/WrongType"
     },
     "422": {
      "$ref": "#/components/responses/Invalid"
     },
     "429": {
      "$ref": "#/components/responses/TooMany"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   }
  },
  "/v1/agents/{id}/heartbeat": {
   "parameters": [
    {
     "$ref": "#/components/parameters/AgentId"
    }
   ],
   "post": {
    "operationId": "heartbeat",
    "tags": [
     "agents"
    ],
    "summary": "How a box and its agent are. Role agent, of this id.",
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {
       "schema": {
        "$ref": "#/components/schemas/Heartbeat"
       }
      }
     }
    },
    "responses": {
     "204": {
      "$ref": "#/components/responses/Done"
     },
     "400": {
      "$ref": "#/components/responses/Malformed"
     },
     "401": {
      "$ref": "#/components/responses/Unauthorized"
     },
     "403": {
      "$ref": "#/components/responses/Forbidden"
     },
     "404": {
      "$ref": "#/components/responses/NotFound"
     },
     "413": {
      "$ref": "#/components/responses/TooLarge"
     },
     "415": {
      "$ref": "#/components/responses/WrongType"
     },
     "422": {
      "$ref": "#/components/responses/Invalid"
     },
     "429": {
      "$ref": "#/components/responses/TooMany"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   }
  },
  "/v1/agents/{id}/jobs": {
   "parameters": [
    {
     "$ref": "#/components/parameters/AgentId"
    }
   ],
   "get": {
    "operationId": "nextAssignments",
    "tags": [
     "agents"
    ],
    "summary": "What this agent is to do next, the first first; held until there is something or the wait is over. Role agent, of this id.",
    "parameters": [
     {
      "name": "wait",
      "in": "query",
      "description": "Seconds to hold the request.",
      "schema": {
       "type": "integer",
       "minimum": 0,
       "maximum": 60,
       "default": 0
      }
     }
    ],
    "responses": {
     "200": {
      "description": "Open assignments.",
      "headers": {
       "X-Request-Id": {
        "$ref": "#/components/headers/RequestId"
       }
      },
      "content": {
       "application/json": {
        "schema": {
         "$ref": "#/components/schemas/AssignmentList"
        }
       }
      }
     },
     "400": {
      "$ref": "#/components/responses/Malformed"
     },
     "401": {
      "$ref": "#/components/responses/Unauthorized"
     },
     "403": {
      "$ref": "#/components/responses/Forbidden"
     },
     "429": {
      "$ref": "#/components/responses/TooMany"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   }
  },
  "/v1/runs": {
   "post": {
    "operationId": "pushRuns",
    "tags": [
     "runs"
    ],
    "summary": "Stores runs, each once, durably before the answer. Roles agent (its own), admin.",
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {
       "schema": {
        "$ref": "#/components/schemas/RunBatch"
       }
      }
     }
    },
    "responses": {
     "200": {
      "description": "What became of each run, in order.",
      "headers": {
       "X-Request-Id": {
        "$ref": "#/components/headers/RequestId"
       }
      },
      "content": {
       "application/json": {
        "schema": {
         "$ref": "#/components/schemas/RunBatchResult"
        }
       }
      }
     },
     "400": {
      "$ref": "#/components/responses/Malformed"
     },
     "401": {
      "$ref": "#/components/responses/Unauthorized"
     },
     "403": {
      "$ref": "#/components/responses/Forbidden"
     },
     "413": {
      "$ref": "#/components/responses/TooLarge"
     },
     "415": {
      "$ref": "#/components/responses/WrongType"
     },
     "422": {
      "$ref": "#/components/responses/Invalid"
     },
     "429": {
      "$ref": "#/components/responses/TooMany"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   },
   "get": {
    "operationId": "listRuns",
    "tags": [
     "runs"
    ],
    "summary": "Runs by start, newest first, without their layers. Roles viewer, admin.",
    "parameters": [
     {
      "$ref": "#/components/parameters/Run_model"
     },
     {
      "$ref": "#/components/parameters/Run_sha256"
     },
     {
      "$ref": "#/components/parameters/Run_agent"
     },
     {
      "$ref": "#/components/parameters/Run_host"
     },
     {
      "$ref": "#/components/parameters/Run_tier"
     },
     {
      "$ref": "#/components/parameters/Run_job"
     },
     {
      "$ref": "#/components/parameters/Run_outcome"
     },
     {
      "$ref": "#/components/parameters/Run_startedFrom"
     },
     {
      "$ref": "#/components/parameters/Run_startedTo"
     },
     {
      "$ref": "#/components/parameters/Run_receivedFrom"
     },
     {
      "$ref": "#/components/parameters/Run_receivedTo"
     },
     {
      "$ref": "#/components/parameters/Run_clockOff"
     },
     {
      "$ref": "#/components/parameters/Run_flags"
     },
     {
      "$ref": "#/components/parameters/Run_withoutFlags"
     },
     {
      "name": "limit",
      "in": "query",
      "description": "Most entries.",
      "schema": {
       "type": "integer",
       "minimum": 1,
       "maximum": 500,
       "default": 50
      }
     },
     {
      "$ref": "#/components/parameters/Cursor"
     }
    ],
    "responses": {
     "200": {
      "description": "A page.",
      "headers": {
       "X-Request-Id": {
        "$ref": "#/components/headers/RequestId"
       }
      },
      "content": {
       "application/json": {
        "schema": {
         "$ref": "#/components/schemas/RunList"
        }
       }
      }
     },
     "304": {
      "$ref": "#/components/responses/Unchanged"
     },
     "400": {
      "$ref": "#/components/responses/Malformed"
     },
     "401": {
      "$ref": "#/components/responses/Unauthorized"
     },
     "403": {
      "$ref": "#/components/responses/Forbidden"
     },
     "429": {
      "$ref": "#/components/responses/TooMany"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   }
  },
  "/v1/runs/{id}": {
   "parameters": [
    {
     "name": "id",
     "in": "path",
     "required": true,
     "description": "The run's id.",
     "schema": {
      "type": "string",
      "minLength": 1
     }
    }
   ],
   "get": {
    "operationId": "showRun",
    "tags": [
     "runs"
    ],
    "summary": "One run whole. Roles viewer, admin.",
    "responses": {
     "200": {
      "description": "The run.",
      "headers": {
       "X-Request-Id": {
        "$ref": "#/components/headers/RequestId"
       }
      },
      "content": {
       "application/json": {
        "schema": {
         "$ref": "#/components/schemas/Run"
        }
       }
      }
     },
     "304": {
      "$ref": "#/components/responses/Unchanged"
     },
     "401": {
      "$ref": "#/components/responses/Unauthorized"
     },
     "403": {
      "$ref": "#/components/responses/Forbidden"
     },
     "404": {
      "$ref": "#/components/responses/NotFound"
     },
     "429": {
      "$ref": "#/components/responses/TooMany"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   }
  },
  "/v1/runs/export": {
   "get": {
    "operationId": "exportRuns",
    "tags": [
     "runs"
    ],
    "summary": "Runs as a file, newest first, streamed. Roles viewer, admin.",
    "parameters": [
     {
      "name": "format",
      "in": "query",
      "required": true,
      "description": "csv: a line of figures each; jsonl: whole runs.",
      "schema": {
       "type": "string",
       "enum": [
        "csv",
        "jsonl"
       ]
      }
     },
     {
      "$ref": "#/components/parameters/Run_model"
     },
     {
      "$ref": "#/components/parameters/Run_sha256"
     },
     {
      "$ref": "#/components/parameters/Run_agent"
     },
     {
      "$ref": "#/components/parameters/Run_host"
     },
     {
      "$ref": "#/components/parameters/Run_tier"
     },
     {
      "$ref": "#/components/parameters/Run_job"
     },
     {
      "$ref": "#/components/parameters/Run_outcome"
     },
     {
      "$ref": "#/components/parameters/Run_startedFrom"
     },
     {
      "$ref": "#/components/parameters/Run_startedTo"
     },
     {
      "$ref": "#/components/parameters/Run_receivedFrom"
     },
     {
      "$ref": "#/components/parameters/Run_receivedTo"
     },
     {
      "$ref": "#/components/parameters/Run_clockOff"
     },
     {
      "$ref": "#/components/parameters/Run_flags"
     },
     {
      "$ref": "#/components/parameters/Run_withoutFlags"
     },
     {
      "name": "limit",
      "in": "query",
      "description": "Most runs; Edgeprof-Next-Cursor then says where to go on.",
      "schema": {
       "type": "integer",
       "minimum": 1,
       "maximum": 1000000000
      }
     },
     {
      "$ref": "#/components/parameters/Cursor"
     }
    ],
    "responses": {
     "200": {
      "description": "The runs.",
      "headers": {
       "X-Request-Id": {
        "$ref": "#/components/headers/RequestId"
       },
       "Edgeprof-Next-Cursor": {
        "description": "The cursor of the rest.",
        "schema": {
         "type": "string"
        }
       }
      },
      "content": {
       "text/csv": {
        "schema": {
         "type": "string"
        }
       },
       "application/jsonl": {
        "schema": {
         "type": "string"
        }
       }
      }
     },
     "400": {
      "$ref": "#/components/responses/Malformed"
     },
     "401": {
      "$ref": "#/components/responses/Unauthorized"
     },
     "403": {
      "$ref": "#/components/responses/Forbidden"
     },
     "429": {
      "$ref": "#/components/responses/TooMany"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   }
  },
  "/v1/runs/compare": {
   "post": {
    "operationId": "compareRuns",
    "tags": [
     "runs"
    ],
    "summary": "Whether two sets of runs differ, figure by figure, and whether gates are met. Roles viewer, admin.",
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {
       "schema": {
        "$ref": "#/components/schemas/RunComparisonRequest"
       }
      }
     }
    },
    "responses": {
     "200": {
      "description": "The comparison.",
      "headers": {
       "X-Request-Id": {
        "$ref": "#/components/headers/RequestId"
       }
      },
      "content": {
       "application/json": {
        "schema": {
         "$ref": "#/components/schemas/RunComparison"
        }
       }
      }
     },
     "400": {
      "$ref": "#/components/responses/Malformed"
     },
     "401": {
      "$ref": "#/components/responses/Unauthorized"
     },
     "403": {
      "$ref": "#/components/responses/Forbidden"
     },
     "404": {
      "$ref": "#/components/responses/NotFound"
     },
     "409": {
      "$ref": "#/components/responses/Conflict"
     },
     "413": {
      "$ref": "#/components/responses/TooLarge"
     },
     "415": {
      "$ref": "#/components/responses/WrongType"
     },
     "422": {
      "$ref": "#/components/responses/Invalid"
     },
     "429": {
      "$ref": "#/components/responses/TooMany"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   }
  },
  "/v1/runs/import": {
   "post": {
    "operationId": "importRuns",
    "tags": [
     "runs"
    ],
    "summary": "Stores runs another collector exported, of whatever agent. Role admin.",
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {
       "schema": {
        "$ref": "#/components/schemas/RunBatch"
       }
      }
     }
    },
    "responses": {
     "200": {
      "description": "What became of each run, in order.",
      "headers": {
       "X-Request-Id": {
        "$ref": "#/components/headers/RequestId"
       }
      },
      "content": {
       "application/json": {
        "schema": {
         "$ref": "#/components/schemas/RunBatchResult"
        }
       }
      }
     },
     "400": {
      "$ref": "#/components/responses/Malformed"
     },
     "401": {
      "$ref": "#/components/responses/Unauthorized"
     },
     "403": {
      "$ref": "#/components/responses/Forbidden"
     },
     "413": {
      "$ref": "#/components/responses/TooLarge"
     },
     "415": {
      "$ref": "#/components/responses/WrongType"
     },
     "422": {
      "$ref": "#/components/responses/Invalid"
     },
     "429": {
      "$ref": "#/components/responses/TooMany"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   }
  },
  "/v1/models": {
   "get": {
    "operationId": "listModels",
    "tags": [
     "models"
    ],
    "summary": "Files that are stored. Roles viewer, admin.",
    "responses": {
     "200": {
      "description": "By name.",
      "headers": {
       "X-Request-Id": {
        "$ref": "#/components/headers/RequestId"
       }
      },
      "content": {
       "application/json": {
        "schema": {
         "$ref": "#/components/schemas/ModelList"
        }
       }
      }
     },
     "304": {
      "$ref": "#/components/responses/Unchanged"
     },
     "400": {
      "$ref": "#/components/responses/Malformed"
     },
     "401": {
      "$ref": "#/components/responses/Unauthorized"
     },
     "403": {
      "$ref": "#/components/responses/Forbidden"
     },
     "429": {
      "$ref": "#/components/responses/TooMany"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   }
  },
  "/v1/models/{sha256}": {
   "parameters": [
    {
     "$ref": "#/components/parameters/ModelSHA256"
    }
   ],
   "put": {
    "operationId": "pushModel",
    "tags": [
     "models"
    ],
    "summary": "Stores a model's file, streamed and verified against the hash in the path. Role admin. No Content-Encoding.",
    "parameters": [
     {
      "name": "name",
      "in": "query",
      "required": true,
      "description": "What its runs will be called.",
      "schema": {
       "$ref": "#/components/schemas/ModelName"
      }
     }
    ],
    "requestBody": {
     "required": true,
     "content": {
      "application/octet-stream": {
       "schema": {
        "type": "string",
        "format": "binary",
        "minLength": 1
       }
      }
     }
    },
    "responses": {
     "200": {
      "description": "The same content is stored already.",
      "headers": {
       "X-Request-Id": {
        "$ref": "#/components/headers/RequestId"
       }
      },
      "content": {
       "application/json": {
        "schema": {
         "$ref": "#/components/schemas/StoredModel"
        }
       }
      }
     },
     "201": {
      "description": "Stored.",
      "headers": {
       "X-Request-Id": {
        "$ref": "#/components/headers/RequestId"
       }
      },
      "content": {
       "application/json": {
        "schema": {
         "$ref": "#/components/schemas/StoredModel"
        }
       }
      }
     },
     "400": {
      "$ref": "#/components/responses/Malformed"
     },
     "401": {
      "$ref": "#/components/responses/Unauthorized"
     },
     "403": {
      "$ref": "#/components/responses/Forbidden"
     },
     "409": {
      "$ref": "#/components/responses/Conflict"
     },
     "413": {
      "$ref": "#/components/responses/TooLarge"
     },
     "415": {
      "$ref": "#/components/responses/WrongType"
     },
     "422": {
      "$ref": "#/components/responses/Invalid"
     },
     "429": {
      "$ref": "#/components/responses/TooMany"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   },
   "get": {
    "operationId": "fetchModel",
    "tags": [
     "models"
    ],
    "summary": "A model's file, whole or one range of it. Roles agent, viewer, admin.",
    "responses": {
     "200": {
      "description": "The file.",
      "headers": {
       "X-Request-Id": {
        "$ref": "#/components/headers/RequestId"
       },
       "ETag": {
        "$ref": "#/components/headers/ETag"
       },
       "Accept-Ranges": {
        "schema": {
         "type": "string",
         "const": "bytes"
        }
       }
      },
      "content": {
       "application/octet-stream": {
        "schema": {
         "type": "string",
         "format": "binary"
        }
       }
      }
     },
     "206": {
      "description": "A range of it.",
      "headers": {
       "X-Request-Id": {
        "$ref": "#/components/headers/RequestId"
       },
       "ETag": {
        "$ref": "#/components/headers/ETag"
       },
       "Content-Range": {
        "schema": {
         "type": "string"
        }
       }
      },
      "content": {
       "application/octet-stream": {
        "schema": {
         "type": "string",
         "format": "binary"
        }
       }
      }
     },
     "400": {
      "$ref": "#/components/responses/Malformed"
     },
     "401": {
      "$ref": "#/components/responses/Unauthorized"
     },
     "403": {
      "$ref": "#/components/responses/Forbidden"
     },
     "404": {
      "$ref": "#/components/responses/NotFound"
     },
     "416": {
      "description": "The range begins behind the end.",
      "headers": {
       "Content-Range": {
        "schema": {
         "type": "string"
        }
       }
      },
      "content": {
       "application/problem+json": {
        "schema": {
         "$ref": "#/components/schemas/Problem"
        }
       }
      }
     },
     "429": {
      "$ref": "#/components/responses/TooMany"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   }
  },
  "/v1/models/{sha256}/accuracy": {
   "parameters": [
    {
     "$ref": "#/components/parameters/ModelSHA256"
    }
   ],
   "get": {
    "operationId": "showAccuracy",
    "tags": [
     "models"
    ],
    "summary": "Accuracies of a model, one of each precision. Roles viewer, admin.",
    "responses": {
     "200": {
      "description": "What is stored.",
      "headers": {
       "X-Request-Id": {
        "$ref": "#/components/headers/RequestId"
       }
      },
      "content": {
       "application/json": {
        "schema": {
         "$ref": "#/components/schemas/ModelAccuracyList"
        }
       }
      }
     },
     "400": {
      "$ref": "#/components/responses/Malformed"
     },
     "401": {
      "$ref": "#/components/responses/Unauthorized"
     },
     "403": {
      "$ref": "#/components/responses/Forbidden"
     },
     "404": {
      "$ref": "#/components/responses/NotFound"
     },
     "429": {
      "$ref": "#/components/responses/TooMany"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   },
   "put": {
    "operationId": "putAccuracy",
    "tags": [
     "models"
    ],
    "summary": "Keeps an accuracy in the place of the one of its precision. Role admin.",
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {
       "schema": {
        "$ref": "#/components/schemas/ModelAccuracy"
       }
      }
     }
    },
    "responses": {
     "200": {
      "description": "As stored.",
      "headers": {
       "X-Request-Id": {
        "$ref": "#/components/headers/RequestId"
       }
      },
      "content": {
       "application/json": {
        "schema": {
         "$ref": "#/components/schemas/ModelAccuracy"
        }
       }
      }
     },
     "400": {
      "$ref": "#/components/responses/Malformed"
     },
     "401": {
      "$ref": "#/components/responses/Unauthorized"
     },
     "403": {
      "$ref": "#/components/responses/Forbidden"
     },
     "413": {
      "$ref": "#/components/responses/TooLarge"
     },
     "415": {
      "$ref": "#/components/responses/WrongType"
     },
     "422": {
      "$ref": "#/components/responses/Invalid"
     },
     "429": {
      "$ref": "#/components/responses/TooMany"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   }
  },
  "/v1/jobs": {
   "post": {
    "operationId": "createJob",
    "tags": [
     "jobs"
    ],
    "summary": "Asks agents to measure models; or begins a schedule. Role admin.",
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {
       "schema": {
        "$ref": "#/components/schemas/JobRequest"
       }
      }
     }
    },
    "responses": {
     "201": {
      "description": "The job.",
      "headers": {
       "X-Request-Id": {
        "$ref": "#/components/headers/RequestId"
       }
      },
      "content": {
       "application/json": {
        "schema": {
         "$ref": "#/components/schemas/JobRecord"
        }
       }
      }
     },
     "400": {
      "$ref": "#/components/responses/Malformed"
     },
     "401": {
      "$ref": "#/components/responses/Unauthorized"
     },
     "403": {
      "$ref": "#/components/responses/Forbidden"
     },
     "409": {
      "$ref": "#/components/responses/Conflict"
     },
     "413": {
      "$ref": "#/components/responses/TooLarge"
     },
     "415": {
      "$ref": "#/components/responses/WrongType"
     },
     "422": {
      "$ref": "#/components/responses/Invalid"
     },
     "429": {
      "$ref": "#/components/responses/TooMany"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   },
   "get": {
    "operationId": "listJobs",
    "tags": [
     "jobs"
    ],
    "summary": "The latest 1,000 jobs. Roles viewer, admin.",
    "responses": {
     "200": {
      "description": "Newest first.",
      "headers": {
       "X-Request-Id": {
        "$ref": "#/components/headers/RequestId"
       }
      },
      "content": {
       "application/json": {
        "schema": {
         "$ref": "#/components/schemas/JobList"
        }
       }
      }
     },
     "304": {
      "$ref": "#/components/responses/Unchanged"
     },
     "400": {
      "$ref": "#/components/responses/Malformed"
     },
     "401": {
      "$ref": "#/components/responses/Unauthorized"
     },
     "403": {
      "$ref": "#/components/responses/Forbidden"
     },
     "429": {
      "$ref": "#/components/responses/TooMany"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   }
  },
  "/v1/jobs/{id}": {
   "parameters": [
    {
     "$ref": "#/components/parameters/JobId"
    }
   ],
   "get": {
    "operationId": "showJob",
    "tags": [
     "jobs"
    ],
    "summary": "One job. Roles viewer, admin.",
    "responses": {
     "200": {
      "description": "The job.",
      "headers": {
       "X-Request-Id": {
        "$ref": "#/components/headers/RequestId"
       }
      },
      "content": {
       "application/json": {
        "schema": {
         "$ref": "#/components/schemas/JobRecord"
        }
       }
      }
     },
     "304": {
      "$ref": "#/components/responses/Unchanged"
     },
     "401": {
      "$ref": "#/components/responses/Unauthorized"
     },
     "403": {
      "$ref": "#/components/responses/Forbidden"
     },
     "404": {
      "$ref": "#/components/responses/NotFound"
     },
     "429": {
      "$ref": "#/components/responses/TooMany"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   }
  },
  "/v1/jobs/{id}/assignments": {
   "parameters": [
    {
     "$ref": "#/components/parameters/JobId"
    }
   ],
   "get": {
    "operationId": "listJobAssignments",
    "tags": [
     "jobs"
    ],
    "summary": "What became of each part of a job, the first 10,000. Roles viewer, admin.",
    "responses": {
     "200": {
      "description": "The parts.",
      "headers": {
       "X-Request-Id": {
        "$ref": "#/components/headers/RequestId"
       }
      },
      "content": {
       "application/json": {
        "schema": {
         "$ref": "#/components/schemas/JobAssignmentList"
        }
       }
      }
     },
     "400": {
      "$ref": "#/components/responses/Malformed"
     },
     "401": {
      "$ref": "#/components/responses/Unauthorized"
     },
     "403": {
      "$ref": "#/components/responses/Forbidden"
     },
     "404": {
      "$ref": "#/components/responses/NotFound"
     },
     "429": {
      "$ref": "#/components/responses/TooMany"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   }
  },
  "/v1/jobs/{id}/cancel": {
   "parameters": [
    {
     "$ref": "#/components/parameters/JobId"
    }
   ],
   "post": {
    "operationId": "cancelJob",
    "tags": [
     "jobs"
    ],
    "summary": "Ends what has no run yet; of a schedule's first job the schedule. Role admin.",
    "responses": {
     "200": {
      "description": "The job.",
      "headers": {
       "X-Request-Id": {
        "$ref": "#/components/headers/RequestId"
       }
      },
      "content": {
       "application/json": {
        "schema": {
         "$ref": "#/components/schemas/JobRecord"
        }
       }
      }
     },
     "401": {
      "$ref": "#/components/responses/Unauthorized"
     },
     "403": {
      "$ref": "#/components/responses/Forbidden"
     },
     "404": {
      "$ref": "#/components/responses/NotFound"
     },
     "429": {
      "$ref": "#/components/responses/TooMany"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   }
  },
  "/v1/summary": {
   "get": {
    "operationId": "summary",
    "tags": [
     "decisions"
    ],
    "summary": "What was measured, by model, tier and settings. Roles viewer, admin.",
    "responses": {
     "200": {
      "description": "As `edgeprof rank --measurements` reads it.",
      "headers": {
       "X-Request-Id": {
        "$ref": "#/components/headers/RequestId"
       },
       "ETag": {
        "$ref": "#/components/headers/ETag"
       }
      },
      "content": {
       "application/json": {
        "schema": {
         "$ref": "#/components/schemas/Summary"
        }
       }
      }
     },
     "304": {
      "$ref": "#/components/responses/Unchanged"
     },
     "400": {
      "$ref": "#/components/responses/Malformed"
     },
     "401": {
      "$ref": "#/components/responses/Unauthorized"
     },
     "403": {
      "$ref": "#/components/responses/Forbidden"
     },
     "429": {
      "$ref": "#/components/responses/TooMany"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   }
  },
  "/v1/changes": {
   "get": {
    "operationId": "changes",
    "tags": [
     "decisions"
    ],
    "summary": "Where a model's median on a host has changed, by its latest 32 runs. Roles viewer, admin.",
    "responses": {
     "200": {
      "description": "The changes; of those listed 5 % at most are false.",
      "headers": {
       "X-Request-Id": {
        "$ref": "#/components/headers/RequestId"
       },
       "ETag": {
        "$ref": "#/components/headers/ETag"
       }
      },
      "content": {
       "application/json": {
        "schema": {
         "$ref": "#/components/schemas/FleetChanges"
        }
       }
      }
     },
     "304": {
      "$ref": "#/components/responses/Unchanged"
     },
     "400": {
      "$ref": "#/components/responses/Malformed"
     },
     "401": {
      "$ref": "#/components/responses/Unauthorized"
     },
     "403": {
      "$ref": "#/components/responses/Forbidden"
     },
     "429": {
      "$ref": "#/components/responses/TooMany"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   }
  },
  "/v1/rank": {
   "post": {
    "operationId": "rank",
    "tags": [
     "decisions"
    ],
    "summary": "Models and tiers in order of return for a deployment. Roles viewer, admin.",
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {
       "schema": {
        "$ref": "#/components/schemas/RankingRequest"
       }
      }
     }
    },
    "responses": {
     "200": {
      "description": "The ranking.",
      "headers": {
       "X-Request-Id": {
        "$ref": "#/components/headers/RequestId"
       }
      },
      "content": {
       "application/json": {
        "schema": {
         "$ref": "#/components/schemas/RankingResult"
        }
       }
      }
     },
     "400": {
      "$ref": "#/components/responses/Malformed"
     },
     "401": {
      "$ref": "#/components/responses/Unauthorized"
     },
     "403": {
      "$ref": "#/components/responses/Forbidden"
     },
     "409": {
      "$ref": "#/components/responses/Conflict"
     },
     "413": {
      "$ref": "#/components/responses/TooLarge"
     },
     "415": {
      "$ref": "#/components/responses/WrongType"
     },
     "422": {
      "$ref": "#/components/responses/Invalid"
     },
     "429": {
      "$ref": "#/components/responses/TooMany"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   }
  },
  "/v1/plan": {
   "post": {
    "operationId": "plan",
    "tags": [
     "decisions"
    ],
    "summary": "What to buy for a deployment, at each site and in all, and what would change the answer. Roles viewer, admin.",
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {
       "schema": {
        "$ref": "#/components/schemas/PlanningRequest"
       }
      }
     }
    },
    "responses": {
     "200": {
      "description": "The plan.",
      "headers": {
       "X-Request-Id": {
        "$ref": "#/components/headers/RequestId"
       }
      },
      "content": {
       "application/json": {
        "schema": {
         "$ref": "#/components/schemas/PlanResult"
        }
       }
      }
     },
     "400": {
      "$ref": "#/components/responses/Malformed"
     },
     "401": {
      "$ref": "#/components/responses/Unauthorized"
     },
     "403": {
      "$ref": "#/components/responses/Forbidden"
     },
     "409": {
      "$ref": "#/components/responses/Conflict"
     },
     "413": {
      "$ref": "#/components/responses/TooLarge"
     },
     "415": {
      "$ref": "#/components/responses/WrongType"
     },
     "422": {
      "$ref": "#/components/responses/Invalid"
     },
     "429": {
      "$ref": "#/components/responses/TooMany"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   }
  },
  "/v1/tiers": {
   "get": {
    "operationId": "showTiers",
    "tags": [
     "decisions"
    ],
    "summary": "The price list. Roles viewer, admin.",
    "responses": {
     "200": {
      "description": "All tiers.",
      "headers": {
       "X-Request-Id": {
        "$ref": "#/components/headers/RequestId"
       }
      },
      "content": {
       "application/json": {
        "schema": {
         "$ref": "#/components/schemas/TierList"
        }
       }
      }
     },
     "304": {
      "$ref": "#/components/responses/Unchanged"
     },
     "401": {
      "$ref": "#/components/responses/Unauthorized"
     },
     "403": {
      "$ref": "#/components/responses/Forbidden"
     },
     "429": {
      "$ref": "#/components/responses/TooMany"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   },
   "put": {
    "operationId": "putTiers",
    "tags": [
     "decisions"
    ],
    "summary": "Replaces the price list. Role admin.",
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {
       "schema": {
        "$ref": "#/components/schemas/TierList"
       }
      }
     }
    },
    "responses": {
     "200": {
      "description": "As stored.",
      "headers": {
       "X-Request-Id": {
        "$ref": "#/components/headers/RequestId"
       }
      },
      "content": {
       "application/json": {
        "schema": {
         "$ref": "#/components/schemas/TierList"
        }
       }
      }
     },
     "400": {
      "$ref": "#/components/responses/Malformed"
     },
     "401": {
      "$ref": "#/components/responses/Unauthorized"
     },
     "403": {
      "$ref": "#/components/responses/Forbidden"
     },
     "413": {
      "$ref": "#/components/responses/TooLarge"
     },
     "415": {
      "$ref": "#/components/responses/WrongType"
     },
     "422": {
      "$ref": "#/components/responses/Invalid"
     },
     "429": {
      "$ref": "#/components/responses/TooMany"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   }
  },
  "/v1/tokens": {
   "post": {
    "operationId": "createToken",
    "tags": [
     "access"
    ],
    "summary": "Makes a token; its secret is in this answer alone. Role admin.",
    "requestBody": {
     "required": true,
     "content": {
      "application/json": {
       "schema": {
        "$ref": "#/components/schemas/TokenRequest"
       }
      }
     }
    },
    "responses": {
     "201": {
      "description": "The token.",
      "headers": {
       "X-Request-Id": {
        "$ref": "#/components/headers/RequestId"
       }
      },
      "content": {
       "application/json": {
        "schema": {
         "$ref": "#/components/schemas/TokenCreated"
        }
       }
      }
     },
     "400": {
      "$ref": "#/components/responses/Malformed"
     },
     "401": {
      "$ref": "#/components/responses/Unauthorized"
     },
     "403": {
      "$ref": "#/components/responses/Forbidden"
     },
     "413": {
      "$ref": "#/components/responses/TooLarge"
     },
     "415": {
      "$ref": "#/components/responses/WrongType"
     },
     "422": {
      "$ref": "#/components/responses/Invalid"
     },
     "429": {
      "$ref": "#/components/responses/TooMany"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   },
   "get": {
    "operationId": "listTokens",
    "tags": [
     "access"
    ],
    "summary": "Live tokens, without their secrets. Role admin.",
    "responses": {
     "200": {
      "description": "By age.",
      "headers": {
       "X-Request-Id": {
        "$ref": "#/components/headers/RequestId"
       }
      },
      "content": {
       "application/json": {
        "schema": {
         "$ref": "#/components/schemas/TokenList"
        }
       }
      }
     },
     "400": {
      "$ref": "#/components/responses/Malformed"
     },
     "401": {
      "$ref": "#/components/responses/Unauthorized"
     },
     "403": {
      "$ref": "#/components/responses/Forbidden"
     },
     "429": {
      "$ref": "#/components/responses/TooMany"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   }
  },
  "/v1/tokens/{id}": {
   "parameters": [
    {
     "name": "id",
     "in": "path",
     "required": true,
     "description": "The token's id.",
     "schema": {
      "type": "string",
      "minLength": 1
     }
    }
   ],
   "delete": {
    "operationId": "revokeToken",
    "tags": [
     "access"
    ],
    "summary": "Revokes a token at once. Role admin.",
    "responses": {
     "204": {
      "$ref": "#/components/responses/Done"
     },
     "401": {
      "$ref": "#/components/responses/Unauthorized"
     },
     "403": {
      "$ref": "#/components/responses/Forbidden"
     },
     "404": {
      "$ref": "#/components/responses/NotFound"
     },
     "429": {
      "$ref": "#/components/responses/TooMany"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   }
  },
  "/v1/audit": {
   "get": {
    "operationId": "listAudit",
    "tags": [
     "access"
    ],
    "summary": "Administrative acts, newest first. Role admin.",
    "parameters": [
     {
      "name": "limit",
      "in": "query",
      "description": "Most entries.",
      "schema": {
       "type": "integer",
       "minimum": 1,
       "maximum": 500,
       "default": 50
      }
     },
     {
      "$ref": "#/components/parameters/Cursor"
     }
    ],
    "responses": {
     "200": {
      "description": "A page.",
      "headers": {
       "X-Request-Id": {
        "$ref": "#/components/headers/RequestId"
       }
      },
      "content": {
       "application/json": {
        "schema": {
         "$ref": "#/components/schemas/AuditPage"
        }
       }
      }
     },
     "400": {
      "$ref": "#/components/responses/Malformed"
     },
     "401": {
      "$ref": "#/components/responses/Unauthorized"
     },
     "403": {
      "$ref": "#/components/responses/Forbidden"
     },
     "429": {
      "$ref": "#/components/responses/TooMany"
     },
     "503": {
      "$ref": "#/components/responses/Unavailable"
     }
    }
   }
  }
 },
 "components": {
  "securitySchemes": {
   "token": {
    "type": "http",
    "scheme": "bearer",
    "description": "`Authorization: Bearer edgeprof_ROLE_\u2026`. Each operation names the roles it takes."
   }
  },
  "parameters": {
   "AgentId": {
    "name": "id",
    "in": "path",
    "required": true,
    "description": "The agent's id.",
    "schema": {
     "type": "string",
     "minLength": 1
    }
   },
   "JobId": {
    "name": "id",
    "in": "path",
    "required": true,
    "description": "The job's id.",
    "schema": {
     "type": "string",
     "minLength": 1
    }
   },
   "ModelSHA256": {
    "name": "sha256",
    "in": "path",
    "required": true,
    "description": "SHA-256 of the model's file.",
    "schema": {
     "$ref": "#/components/schemas/SHA256"
    }
   },
   "Run_model": {
    "name": "model",
    "in": "query",
    "description": "Name of the model.",
    "schema": {
     "$ref": "#/components/schemas/Text"
    }
   },
   "Run_sha256": {
    "name": "sha256",
    "in": "query",
    "description": "SHA-256 of the model's file.",
    "schema": {
     "$ref": "#/components/schemas/SHA256"
    }
   },
   "Run_agent": {
    "name": "agent",
    "in": "query",
    "description": "Id of the agent.",
    "schema": {
     "$ref": "#/components/schemas/Text"
    }
   },
   "Run_host": {
    "name": "host",
    "in": "query",
    "description": "Name of the host.",
    "schema": {
     "$ref": "#/components/schemas/Text"
    }
   },
   "Run_tier": {
    "name": "tier",
    "in": "query",
    "description": "A tier of the price list whose rule accepts the host.",
    "schema": {
     "$ref": "#/components/schemas/Text"
    }
   },
   "Run_job": {
    "name": "job",
    "in": "query",
    "description": "Id of the job.",
    "schema": {
     "$ref": "#/components/schemas/Text"
    }
   },
   "Run_outcome": {
    "name": "outcome",
    "in": "query",
    "description": "How it ended.",
    "schema": {
     "$ref": "#/components/schemas/Outcome"
    }
   },
   "Run_startedFrom": {
    "name": "startedFrom",
    "in": "query",
    "description": "Begun then or later by the host's clock.",
    "schema": {
     "$ref": "#/components/schemas/Time"
    }
   },
   "Run_startedTo": {
    "name": "startedTo",
    "in": "query",
    "description": "Begun before by the host's clock.",
    "schema": {
     "$ref": "#/components/schemas/Time"
    }
   },
   "Run_receivedFrom": {
    "name": "receivedFrom",
    "in": "query",
    "description": "Received then or later by the collector's clock.",
    "schema": {
     "$ref": "#/components/schemas/Time"
    }
   },
   "Run_receivedTo": {
    "name": "receivedTo",
    "in": "query",
    "description": "Received before by the collector's clock.",
    "schema": {
     "$ref": "#/components/schemas/Time"
    }
   },
   "Run_clockOff": {
    "name": "clockOff",
    "in": "query",
    "description": "Sent by agents whose clock was off by so many seconds or more.",
    "schema": {
     "type": "integer",
     "minimum": 0,
     "maximum": 1000000000
    }
   },
   "Run_flags": {
    "name": "flags",
    "in": "query",
    "description": "Flags a run must carry, separated by commas.",
    "explode": false,
    "schema": {
     "type": "array",
     "minItems": 1,
     "items": {
      "$ref": "#/components/schemas/Flag"
     }
    }
   },
   "Run_withoutFlags": {
    "name": "withoutFlags",
    "in": "query",
    "description": "Flags a run must not carry, separated by commas.",
    "explode": false,
    "schema": {
     "type": "array",
     "minItems": 1,
     "items": {
      "$ref": "#/components/schemas/Flag"
     }
    }
   },
   "Cursor": {
    "name": "cursor",
    "in": "query",
    "description": "The nextCursor of the page before.",
    "schema": {
     "$ref": "#/components/schemas/Text"
    }
   }
  },
  "headers": {
   "RequestId": {
    "description": "Ties the answer to the collector's log; the client's own where it sent 8 to 64 letters, digits or -_.",
    "schema": {
     "type": "string"
    }
   },
   "ETag": {
    "description": "Changes with the content.",
    "schema": {
     "type": "string"
    }
   },
   "RetryAfter": {
    "description": "Seconds to wait before asking again.",
    "schema": {
     "type": "string",
     "pattern": "^[0-9]+$"
    }
   }
  },
  "responses": {
   "Status": {
    "description": "It does.",
    "headers": {
     "X-Request-Id": {
      "$ref": "#/components/headers/RequestId"
     }
    },
    "content": {
     "application/json": {
      "schema": {
       "type": "object",
       "required": [
        "status"
       ],
       "properties": {
        "status": {
         "type": "string"
        }
       }
      }
     }
    }
   },
   "Agent": {
    "description": "The agent as it is now.",
    "headers": {
     "X-Request-Id": {
      "$ref": "#/components/headers/RequestId"
     }
    },
    "content": {
     "application/json": {
      "schema": {
       "$ref": "#/components/schemas/AgentRecord"
      }
     }
    }
   },
   "Done": {
    "description": "Done; there is nothing to say.",
    "headers": {
     "X-Request-Id": {
      "$ref": "#/components/headers/RequestId"
     }
    }
   },
   "Unchanged": {
    "description": "What If-None-Match names is still so.",
    "headers": {
     "ETag": {
      "$ref": "#/components/headers/ETag"
     }
    }
   },
   "Malformed": {
    "description": "The request cannot be read.",
    "content": {
     "application/problem+json": {
      "schema": {
       "$ref": "#/components/schemas/Problem"
      }
     }
    }
   },
   "Unauthorized": {
    "description": "No live token.",
    "headers": {
     "WWW-Authenticate": {
      "schema": {
       "type": "string"
      }
     }
    },
    "content": {
     "application/problem+json": {
      "schema": {
       "$ref": "#/components/schemas/Problem"
      }
     }
    }
   },
   "Challenge": {
    "description": "Sign this challenge; or the signature is not an agent's.",
    "content": {
     "application/problem+json": {
      "schema": {
       "$ref": "#/components/schemas/Problem"
      }
     }
    }
   },
   "Forbidden": {
    "description": "Not with a token of this role; or the agent is pending or revoked.",
    "content": {
     "application/problem+json": {
      "schema": {
       "$ref": "#/components/schemas/Problem"
      }
     }
    }
   },
   "NotFound": {
    "description": "There is none.",
    "content": {
     "application/problem+json": {
      "schema": {
       "$ref": "#/components/schemas/Problem"
      }
     }
    }
   },
   "Conflict": {
    "description": "Not possible in the present state.",
    "content": {
     "application/problem+json": {
      "schema": {
       "$ref": "#/components/schemas/Problem"
      }
     }
    }
   },
   "TooLarge": {
    "description": "The body is larger than this route takes, packed or unpacked.",
    "content": {
     "application/problem+json": {
      "schema": {
       "$ref": "#/components/schemas/Problem"
      }
     }
    }
   },
   "WrongType": {
    "description": "Send the body as this document says.",
    "content": {
     "application/problem+json": {
      "schema": {
       "$ref": "#/components/schemas/Problem"
      }
     }
    }
   },
   "Invalid": {
    "description": "Values are out of range, a line each.",
    "content": {
     "application/problem+json": {
      "schema": {
       "$ref": "#/components/schemas/Problem"
      }
     }
    }
   },
   "TooMany": {
    "description": "More requests than a token or an address may make.",
    "headers": {
     "Retry-After": {
      "$ref": "#/components/headers/RetryAfter"
     }
    },
    "content": {
     "application/problem+json": {
      "schema": {
       "$ref": "#/components/schemas/Problem"
      }
     }
    }
   },
   "Unavailable": {
    "description": "Not now; nothing was stored.",
    "headers": {
     "Retry-After": {
      "$ref": "#/components/headers/RetryAfter"
     }
    },
    "content": {
     "application/problem+json": {
      "schema": {
       "$ref": "#/components/schemas/Problem"
      }
     }
    }
   }
  },
  "schemas": {
   "Problem": {
    "type": "object",
    "required": [
     "status",
     "title"
    ],
    "properties": {
     "status": {
      "type": "integer",
      "minimum": 400,
      "maximum": 599
     },
     "title": {
      "type": "string"
     },
     "detail": {
      "type": "string",
      "description": "What is wrong and how to mend it; a line a problem."
     },
     "code": {
      "type": "string",
      "description": "For programs to tell cases of a status apart."
     },
     "challenge": {
      "type": "string"
     }
    }
   },
   "Time": {
    "type": "string",
    "format": "date-time",
    "description": "RFC 3339, as in 2026-11-22T16:30:00.250Z"
   },
   "UUID": {
    "type": "string",
    "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
   },
   "SHA256": {
    "type": "string",
    "pattern": "^[0-9a-f]{64}$"
   },
   "ModelName": {
    "type": "string",
    "minLength": 1,
    "maxLength": 200,
    "pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f]+$",
    "description": "1 to 200 bytes."
   },
   "Word": {
    "type": "string",
    "minLength": 1,
    "maxLength": 64,
    "pattern": "^[ -~]+$"
   },
   "Flag": {
    "type": "string",
    "enum": [
     "stolen-time",
     "other-load",
     "clock-step",
     "swapping",
     "stopped",
     "cpus-changed",
     "throttled",
     "frequency-capped",
     "burst",
     "idle-drift",
     "few-queries",
     "partial-counters",
     "stand-in",
     "engine-limited"
    ]
   },
   "HostWord": {
    "type": "string",
    "minLength": 1,
    "maxLength": 256,
    "pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f]+$",
    "description": "1 to 256 bytes."
   },
   "Outcome": {
    "type": "string",
    "enum": [
     "ok",
     "crashed",
     "oom",
     "timeout",
     "refused"
    ]
   },
   "Text": {
    "type": "string",
    "pattern": "^[^\\u0000]*$"
   },
   "Count": {
    "type": "integer",
    "minimum": 0
   },
   "Labels": {
    "type": "object",
    "maxProperties": 64,
    "propertyNames": {
     "pattern": "^[ -~]{1,64}$"
    },
    "additionalProperties": {
     "type": "string",
     "pattern": "^[ -~]{0,256}$"
    }
   },
   "MeasuredValue": {
    "type": "object",
    "required": [
     "availability"
    ],
    "description": "A value, or why there is none; never zero for unknown.",
    "properties": {
     "availability": {
      "$ref": "#/components/schemas/Availability"
     },
     "reason": {
      "type": "string"
     },
     "value": {
      "type": "number"
     }
    }
   },
   "Availability": {
    "type": "string",
    "enum": [
     "ok",
     "denied",
     "absent"
    ]
   },
   "HostFacts": {
    "type": "object",
    "required": [
     "hostname",
     "architecture",
     "cpuModel",
     "kernel",
     "operatingSystem",
     "usableCpus",
     "onlineCpus",
     "memoryBytes",
     "isa",
     "cacheBytes",
     "virtualized"
    ],
    "properties": {
     "hostname": {
      "$ref": "#/components/schemas/HostWord"
     },
     "architecture": {
      "$ref": "#/components/schemas/HostWord"
     },
     "cpuModel": {
      "$ref": "#/components/schemas/HostWord"
     },
     "board": {
      "anyOf": [
       {
        "$ref": "#/components/schemas/HostWord"
       },
       {
        "type": "null"
       }
      ]
     },
     "kernel": {
      "$ref": "#/components/schemas/HostWord"
     },
     "operatingSystem": {
      "$ref": "#/components/schemas/HostWord"
     },
     "usableCpus": {
      "type": "integer",
      "minimum": 1,
      "maximum": 65536
     },
     "onlineCpus": {
      "type": "integer",
      "minimum": 1,
      "maximum": 65536
     },
     "memoryBytes": {
      "type": "integer",
      "minimum": 1,
      "maximum": 562949953421312
     },
     "isa": {
      "$ref": "#/components/schemas/HostWord"
     },
     "cacheBytes": {
      "type": "object",
      "maxProperties": 16,
      "propertyNames": {
       "pattern": "^[ -~]{1,32}$"
      },
      "additionalProperties": {
       "type": "integer",
       "minimum": 0,
       "maximum": 562949953421312
      }
     },
     "cacheLineBytes": {
      "type": [
       "integer",
       "null"
      ],
      "minimum": 1,
      "maximum": 65536
     },
     "virtualized": {
      "type": "boolean"
     },
     "limits": {
      "type": [
       "object",
       "null"
      ],
      "description": "What the agent was held to, as a stand-in for a lesser box.",
      "properties": {
       "cpus": {
        "type": [
         "array",
         "null"
        ],
        "minItems": 1,
        "maxItems": 65536,
        "items": {
         "type": "integer",
         "minimum": 0,
         "maximum": 65535
        }
       },
       "isa": {
        "anyOf": [
         {
          "$ref": "#/components/schemas/Word"
         },
         {
          "type": "null"
         }
        ]
       },
       "memoryBytes": {
        "type": [
         "integer",
         "null"
        ],
        "minimum": 1,
        "maximum": 562949953421312
       }
      }
     }
    }
   },
   "EnrollRequest": {
    "type": "object",
    "required": [
     "name",
     "labels",
     "host",
     "version",
     "publicKey"
    ],
    "properties": {
     "name": {
      "type": "string",
      "minLength": 1,
      "maxLength": 128,
      "pattern": "^[ -~]+$"
     },
     "labels": {
      "$ref": "#/components/schemas/Labels"
     },
     "host": {
      "$ref": "#/components/schemas/HostFacts"
     },
     "version": {
      "$ref": "#/components/schemas/Word"
     },
     "publicKey": {
      "type": "string",
      "pattern": "^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$",
      "description": "Ed25519, 32 bytes as base64."
     }
    }
   },
   "EnrollResponse": {
    "type": "object",
    "required": [
     "agentId",
     "status"
    ],
    "properties": {
     "agentId": {
      "$ref": "#/components/schemas/UUID"
     },
     "status": {
      "$ref": "#/components/schemas/AgentStatus"
     },
     "accessToken": {
      "type": "string"
     },
     "expiresAt": {
      "$ref": "#/components/schemas/Time"
     },
     "expiresInSeconds": {
      "type": "integer",
      "minimum": 1
     }
    }
   },
   "AgentStatus": {
    "type": "string",
    "enum": [
     "active",
     "pending",
     "revoked"
    ]
   },
   "AccessTokenRequest": {
    "type": "object",
    "required": [
     "challenge",
     "signature"
    ],
    "properties": {
     "challenge": {
      "type": "string",
      "maxLength": 1000
     },
     "signature": {
      "type": "string",
      "maxLength": 1000,
      "description": "Ed25519 as base64, of `edgeprof-token-v1`, the agent's id and the challenge, separated by line feeds."
     }
    }
   },
   "AccessTokenGrant": {
    "type": "object",
    "required": [
     "accessToken",
     "expiresAt",
     "expiresInSeconds"
    ],
    "properties": {
     "accessToken": {
      "type": "string"
     },
     "expiresAt": {
      "$ref": "#/components/schemas/Time"
     },
     "expiresInSeconds": {
      "type": "integer",
      "minimum": 1
     }
    }
   },
   "Heartbeat": {
    "type": "object",
    "required": [
     "version",
     "host",
     "spoolRecords",
     "spoolBytes",
     "droppedRecords",
     "rssBytes",
     "cpuSeconds"
    ],
    "properties": {
     "version": {
      "$ref": "#/components/schemas/Word"
     },
     "host": {
      "$ref": "#/components/schemas/HostFacts"
     },
     "spoolRecords": {
      "type": "integer",
      "minimum": 0,
      "maximum": 1000000000
     },
     "spoolBytes": {
      "type": "integer",
      "minimum": 0,
      "maximum": 562949953421312
     },
     "droppedRecords": {
      "type": "integer",
      "minimum": 0,
      "maximum": 9007199254740992
     },
     "rssBytes": {
      "type": "integer",
      "minimum": 0,
      "maximum": 562949953421312
     },
     "peakRssBytes": {
      "type": [
       "integer",
       "null"
      ],
      "minimum": 0,
      "maximum": 562949953421312
     },
     "cpuSeconds": {
      "type": "number",
      "minimum": 0,
      "maximum": 1000000000000.0
     },
     "sentBytes": {
      "type": [
       "integer",
       "null"
      ],
      "minimum": 0,
      "maximum": 9007199254740992
     },
     "utcOffsetSeconds": {
      "type": [
       "integer",
       "null"
      ],
      "minimum": -86400,
      "maximum": 86400
     },
     "measuring": {
      "type": [
       "object",
       "null"
      ],
      "required": [
       "model",
       "expectedSeconds"
      ],
      "properties": {
       "model": {
        "type": "string",
        "minLength": 1,
        "maxLength": 128,
        "pattern": "^[ -~]+$"
       },
       "expectedSeconds": {
        "type": "number",
        "minimum": 0,
        "maximum": 86400
       }
      }
     }
    }
   },
   "AgentRecord": {
    "type": "object",
    "required": [
     "id",
     "name",
     "labels",
     "host",
     "tiers",
     "status",
     "enrolledAt"
    ],
    "properties": {
     "id": {
      "$ref": "#/components/schemas/UUID"
     },
     "name": {
      "type": "string"
     },
     "labels": {
      "$ref": "#/components/schemas/Labels"
     },
     "host": {
      "$ref": "#/components/schemas/HostFacts"
     },
     "tiers": {
      "type": "array",
      "items": {
       "type": "string"
      },
      "description": "Whose rules accept it; one if all is well."
     },
     "status": {
      "$ref": "#/components/schemas/AgentStatus"
     },
     "keyFingerprint": {
      "type": "string"
     },
     "enrolledAt": {
      "$ref": "#/components/schemas/Time"
     },
     "lastSeenAt": {
      "$ref": "#/components/schemas/Time"
     },
     "heartbeat": {
      "$ref": "#/components/schemas/Heartbeat"
     }
    }
   },
   "AgentList": {
    "type": "object",
    "required": [
     "agents"
    ],
    "properties": {
     "agents": {
      "type": "array",
      "items": {
       "$ref": "#/components/schemas/AgentRecord"
      }
     }
    }
   },
   "Scenario": {
    "type": "string",
    "enum": [
     "single-stream",
     "offline",
     "server"
    ]
   },
   "PlanKind": {
    "type": "string",
    "enum": [
     "naive",
     "fused"
    ]
   },
   "JobSettings": {
    "type": "object",
    "required": [
     "scenario",
     "plan",
     "durationSeconds"
    ],
    "properties": {
     "scenario": {
      "$ref": "#/components/schemas/Scenario"
     },
     "threads": {
      "type": [
       "integer",
       "null"
      ],
      "minimum": 1,
      "maximum": 1024
     },
     "instances": {
      "type": [
       "integer",
       "null"
      ],
      "minimum": 1,
      "maximum": 1024,
      "description": "1 in single-stream."
     },
     "isa": {
      "anyOf": [
       {
        "$ref": "#/components/schemas/Word"
       },
       {
        "type": "null"
       }
      ]
     },
     "plan": {
      "$ref": "#/components/schemas/PlanKind"
     },
     "durationSeconds": {
      "type": "number",
      "minimum": 0.1,
      "maximum": 3600
     },
     "ratePerSecond": {
      "type": [
       "number",
       "null"
      ],
      "minimum": 0.001,
      "maximum": 1000000,
      "description": "With scenario server, and only with it."
     },
     "idleSeconds": {
      "type": [
       "number",
       "null"
      ],
      "description": "0 or 5 to 600.",
      "anyOf": [
       {
        "type": "null"
       },
       {
        "const": 0
       },
       {
        "minimum": 5,
        "maximum": 600
       }
      ]
     },
     "settleSeconds": {
      "type": [
       "number",
       "null"
      ],
      "minimum": 0,
      "maximum": 3600
     }
    }
   },
   "JobRequest": {
    "type": "object",
    "required": [
     "models",
     "settings",
     "labels",
     "repetitions"
    ],
    "properties": {
     "models": {
      "type": "array",
      "minItems": 1,
      "maxItems": 100,
      "uniqueItems": true,
      "items": {
       "$ref": "#/components/schemas/ModelName"
      },
      "description": "Zoo names or SHA-256s of stored files."
     },
     "settings": {
      "$ref": "#/components/schemas/JobSettings"
     },
     "labels": {
      "$ref": "#/components/schemas/Labels"
     },
     "repetitions": {
      "type": "integer",
      "minimum": 1,
      "maximum": 1000
     },
     "tier": {
      "anyOf": [
       {
        "$ref": "#/components/schemas/Word"
       },
       {
        "type": "null"
       }
      ]
     },
     "priority": {
      "type": [
       "integer",
       "null"
      ],
      "minimum": -100,
      "maximum": 100
     },
     "window": {
      "type": [
       "object",
       "null"
      ],
      "required": [
       "from",
       "to"
      ],
      "properties": {
       "from": {
        "type": "string",
        "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"
       },
       "to": {
        "type": "string",
        "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$",
        "description": "The same as from is all day."
       }
      }
     },
     "deadline": {
      "anyOf": [
       {
        "$ref": "#/components/schemas/Time"
       },
       {
        "type": "null"
       }
      ]
     },
     "everySeconds": {
      "type": [
       "integer",
       "null"
      ],
      "minimum": 60,
      "maximum": 31536000
     }
    }
   },
   "JobRecord": {
    "type": "object",
    "required": [
     "id",
     "request",
     "createdAt",
     "total",
     "finished",
     "failed"
    ],
    "properties": {
     "id": {
      "$ref": "#/components/schemas/UUID"
     },
     "request": {
      "$ref": "#/components/schemas/JobRequest"
     },
     "createdAt": {
      "$ref": "#/components/schemas/Time"
     },
     "total": {
      "$ref": "#/components/schemas/Count"
     },
     "finished": {
      "$ref": "#/components/schemas/Count"
     },
     "failed": {
      "$ref": "#/components/schemas/Count"
     },
     "closed": {
      "$ref": "#/components/schemas/Count"
     },
     "expired": {
      "$ref": "#/components/schemas/Count"
     },
     "cancelledAt": {
      "$ref": "#/components/schemas/Time"
     },
     "scheduleId": {
      "$ref": "#/components/schemas/UUID"
     },
     "nextAt": {
      "$ref": "#/components/schemas/Time"
     }
    }
   },
   "JobList": {
    "type": "object",
    "required": [
     "jobs"
    ],
    "properties": {
     "jobs": {
      "type": "array",
      "items": {
       "$ref": "#/components/schemas/JobRecord"
      }
     }
    }
   },
   "JobAssignmentList": {
    "type": "object",
    "required": [
     "assignments"
    ],
    "properties": {
     "assignments": {
      "type": "array",
      "items": {
       "type": "object",
       "required": [
        "id",
        "agentId",
        "agentName",
        "model"
       ],
       "properties": {
        "id": {
         "$ref": "#/components/schemas/UUID"
        },
        "agentId": {
         "$ref": "#/components/schemas/UUID"
        },
        "agentName": {
         "type": "string"
        },
        "model": {
         "type": "string"
        },
        "runId": {
         "$ref": "#/components/schemas/UUID"
        },
        "outcome": {
         "$ref": "#/components/schemas/Outcome"
        },
        "closedReason": {
         "type": "string"
        }
       }
      }
     }
    }
   },
   "AssignmentList": {
    "type": "object",
    "required": [
     "assignments"
    ],
    "properties": {
     "assignments": {
      "type": "array",
      "items": {
       "type": "object",
       "required": [
        "id",
        "jobId",
        "model",
        "settings"
       ],
       "properties": {
        "id": {
         "$ref": "#/components/schemas/UUID"
        },
        "jobId": {
         "$ref": "#/components/schemas/UUID"
        },
        "model": {
         "type": "string"
        },
        "modelSha256": {
         "$ref": "#/components/schemas/SHA256"
        },
        "settings": {
         "$ref": "#/components/schemas/JobSettings"
        }
       }
      }
     }
    }
   },
   "RunBatch": {
    "type": "object",
    "required": [
     "runs"
    ],
    "properties": {
     "sentAt": {
      "anyOf": [
       {
        "$ref": "#/components/schemas/Time"
       },
       {
        "type": "null"
       }
      ],
      "description": "By the sender's clock."
     },
     "runs": {
      "type": "array",
      "maxItems": 500,
      "description": "Each is looked at by itself; one that is no sound Run is rejected in its own answer and keeps no other from being stored.",
      "items": {
       "anyOf": [
        {
         "$ref": "#/components/schemas/Run"
        },
        {}
       ]
      }
     }
    }
   },
   "RunBatchResult": {
    "type": "object",
    "required": [
     "results"
    ],
    "properties": {
     "results": {
      "type": "array",
      "items": {
       "type": "object",
       "required": [
        "id",
        "status"
       ],
       "properties": {
        "id": {
         "type": "string"
        },
        "status": {
         "type": "string",
         "enum": [
          "stored",
          "duplicate",
          "rejected"
         ]
        },
        "reason": {
         "type": "string"
        }
       }
      }
     }
    }
   },
   "RunList": {
    "type": "object",
    "required": [
     "runs"
    ],
    "properties": {
     "runs": {
      "type": "array",
      "items": {
       "$ref": "#/components/schemas/Run"
      }
     },
     "nextCursor": {
      "type": "string"
     }
    }
   },
   "Run": {
    "type": "object",
    "required": [
     "schemaVersion",
     "id",
     "startedAt",
     "host",
     "outcome",
     "model",
     "threads",
     "instances",
     "isa",
     "plan",
     "scenario",
     "counters",
     "flags",
     "producer"
    ],
    "description": "One measurement of one model in one process. docs/measurement.md has the meaning of every figure.",
    "properties": {
     "schemaVersion": {
      "type": "integer",
      "minimum": 1
     },
     "id": {
      "$ref": "#/components/schemas/UUID"
     },
     "agentId": {
      "$ref": "#/components/schemas/UUID"
     },
     "jobId": {
      "$ref": "#/components/schemas/UUID"
     },
     "assignmentId": {
      "$ref": "#/components/schemas/UUID"
     },
     "startedAt": {
      "$ref": "#/components/schemas/Time"
     },
     "host": {
      "$ref": "#/components/schemas/HostFacts"
     },
     "outcome": {
      "$ref": "#/components/schemas/Outcome"
     },
     "outcomeReason": {
      "type": "string"
     },
     "model": {
      "type": "object",
      "required": [
       "name",
       "sha256"
      ],
      "properties": {
       "name": {
        "type": "string"
       },
       "sha256": {
        "type": "string",
        "pattern": "^([0-9a-f]{64})?$"
       },
       "family": {
        "type": "string"
       },
       "source": {
        "type": "string",
        "enum": [
         "zoo",
         "file"
        ]
       }
      }
     },
     "threads": {
      "type": "integer",
      "minimum": 1,
      "maximum": 1024
     },
     "instances": {
      "type": "integer",
      "minimum": 1,
      "maximum": 1024
     },
     "isa": {
      "type": "string"
     },
     "plan": {
      "$ref": "#/components/schemas/PlanKind"
     },
     "scenario": {
      "$ref": "#/components/schemas/Scenario"
     },
     "ratePerSecond": {
      "type": "number"
     },
     "latencyNanoseconds": {
      "$ref": "#/components/schemas/Latency"
     },
     "throughputPerSecond": {
      "type": "number",
      "exclusiveMinimum": 0
     },
     "memory": {
      "type": "object"
     },
     "memoryLimit": {
      "type": "object"
     },
     "counters": {
      "type": "array",
      "maxItems": 256,
      "items": {
       "$ref": "#/components/schemas/Counter"
      }
     },
     "energy": {
      "type": "object"
     },
     "warmUp": {
      "type": "object"
     },
     "heat": {
      "type": "object"
     },
     "load": {
      "type": "object"
     },
     "flags": {
      "type": "array",
      "items": {
       "$ref": "#/components/schemas/Flag"
      }
     },
     "roofline": {
      "type": "object"
     },
     "layers": {
      "type": "array",
      "maxItems": 10000,
      "items": {
       "$ref": "#/components/schemas/Layer"
      }
     },
     "producer": {
      "type": "string"
     }
    }
   },
   "Latency": {
    "type": "object",
    "required": [
     "p50",
     "p90",
     "p99",
     "min",
     "max",
     "mean",
     "count",
     "histogram"
    ],
    "properties": {
     "p50": {
      "$ref": "#/components/schemas/Count"
     },
     "p90": {
      "$ref": "#/components/schemas/Count"
     },
     "p99": {
      "$ref": "#/components/schemas/Count"
     },
     "min": {
      "$ref": "#/components/schemas/Count"
     },
     "max": {
      "$ref": "#/components/schemas/Count"
     },
     "mean": {
      "type": "number"
     },
     "count": {
      "type": "integer",
      "minimum": 1
     },
     "histogram": {
      "type": "array",
      "minItems": 1,
      "maxItems": 100000,
      "description": "[nanoseconds, count], ascending.",
      "items": {
       "type": "array",
       "minItems": 2,
       "maxItems": 2,
       "items": {
        "$ref": "#/components/schemas/Count"
       }
      }
     }
    }
   },
   "Counter": {
    "type": "object",
    "required": [
     "name",
     "availability"
    ],
    "properties": {
     "name": {
      "type": "string"
     },
     "availability": {
      "$ref": "#/components/schemas/Availability"
     },
     "reason": {
      "type": "string"
     },
     "value": {
      "type": "number"
     },
     "liveFraction": {
      "type": "number"
     },
     "rawValue": {
      "$ref": "#/components/schemas/Count"
     },
     "enabledNanoseconds": {
      "$ref": "#/components/schemas/Count"
     },
     "runningNanoseconds": {
      "$ref": "#/components/schemas/Count"
     }
    }
   },
   "Layer": {
    "type": "object",
    "required": [
     "name",
     "operation",
     "shape",
     "macs",
     "memoryAccessBytes",
     "nanoseconds"
    ],
    "properties": {
     "name": {
      "type": "string"
     },
     "operation": {
      "type": "string"
     },
     "shape": {
      "type": "string"
     },
     "macs": {
      "$ref": "#/components/schemas/Count"
     },
     "memoryAccessBytes": {
      "$ref": "#/components/schemas/Count"
     },
     "nanoseconds": {
      "$ref": "#/components/schemas/Count"
     },
     "rooflineShare": {
      "type": "number"
     },
     "boundBy": {
      "type": "string",
      "enum": [
       "compute",
       "l1",
       "l2",
       "l3",
       "memory"
      ]
     },
     "counters": {
      "type": "object",
      "additionalProperties": {
       "$ref": "#/components/schemas/Count"
      }
     }
    }
   },
   "StoredModel": {
    "type": "object",
    "required": [
     "sha256",
     "name",
     "bytes",
     "pushedAt"
    ],
    "properties": {
     "sha256": {
      "$ref": "#/components/schemas/SHA256"
     },
     "name": {
      "type": "string"
     },
     "bytes": {
      "type": "integer",
      "minimum": 1
     },
     "pushedAt": {
      "$ref": "#/components/schemas/Time"
     }
    }
   },
   "ModelList": {
    "type": "object",
    "required": [
     "models"
    ],
    "properties": {
     "models": {
      "type": "array",
      "items": {
       "$ref": "#/components/schemas/StoredModel"
      }
     }
    }
   },
   "Fraction": {
    "type": "number",
    "minimum": 0,
    "maximum": 1
   },
   "ModelAccuracy": {
    "type": "object",
    "required": [
     "model",
     "precision",
     "source",
     "top1",
     "top1Interval",
     "images",
     "dataset",
     "measuredAt",
     "producer"
    ],
    "properties": {
     "model": {
      "$ref": "#/components/schemas/ModelName"
     },
     "precision": {
      "type": "string",
      "enum": [
       "int8",
       "float"
      ]
     },
     "source": {
      "type": "string",
      "enum": [
       "evaluated",
       "given"
      ]
     },
     "top1": {
      "$ref": "#/components/schemas/Fraction"
     },
     "top1Interval": {
      "type": "array",
      "minItems": 2,
      "maxItems": 2,
      "items": {
       "$ref": "#/components/schemas/Fraction"
      },
      "description": "95 %, around top1."
     },
     "top5": {
      "anyOf": [
       {
        "$ref": "#/components/schemas/Fraction"
       },
       {
        "type": "null"
       }
      ]
     },
     "top5Interval": {
      "type": [
       "array",
       "null"
      ],
      "minItems": 2,
      "maxItems": 2,
      "items": {
       "$ref": "#/components/schemas/Fraction"
      }
     },
     "images": {
      "type": "integer",
      "minimum": 1,
      "maximum": 1000000000
     },
     "dataset": {
      "$ref": "#/components/schemas/ModelName"
     },
     "measuredAt": {
      "$ref": "#/components/schemas/Time"
     },
     "producer": {
      "$ref": "#/components/schemas/ModelName"
     }
    }
   },
   "ModelAccuracyList": {
    "type": "object",
    "required": [
     "accuracies"
    ],
    "properties": {
     "accuracies": {
      "type": "array",
      "items": {
       "$ref": "#/components/schemas/ModelAccuracy"
      }
     }
    }
   },
   "Summary": {
    "type": "object",
    "required": [
     "measurements"
    ],
    "description": "docs/economics.md, \"Measurements\".",
    "properties": {
     "measurements": {
      "type": "array",
      "items": {
       "type": "object",
       "required": [
        "model",
        "tier"
       ],
       "properties": {
        "model": {
         "type": "string"
        },
        "tier": {
         "type": "string"
        }
       }
      }
     }
    }
   },
   "RunSelection": {
    "type": "object",
    "minProperties": 1,
    "description": "Runs that meet every condition; ids or one condition at least.",
    "properties": {
     "ids": {
      "type": [
       "array",
       "null"
      ],
      "minItems": 1,
      "maxItems": 1000,
      "items": {
       "$ref": "#/components/schemas/UUID"
      }
     },
     "model": {
      "anyOf": [
       {
        "$ref": "#/components/schemas/Text"
       },
       {
        "type": "null"
       }
      ]
     },
     "agent": {
      "anyOf": [
       {
        "$ref": "#/components/schemas/Text"
       },
       {
        "type": "null"
       }
      ]
     },
     "job": {
      "anyOf": [
       {
        "$ref": "#/components/schemas/Text"
       },
       {
        "type": "null"
       }
      ]
     },
     "isa": {
      "type": [
       "string",
       "null"
      ]
     },
     "plan": {
      "anyOf": [
       {
        "$ref": "#/components/schemas/PlanKind"
       },
       {
        "type": "null"
       }
      ]
     },
     "scenario": {
      "anyOf": [
       {
        "$ref": "#/components/schemas/Scenario"
       },
       {
        "type": "null"
       }
      ]
     },
     "threads": {
      "type": [
       "integer",
       "null"
      ]
     },
     "instances": {
      "type": [
       "integer",
       "null"
      ]
     },
     "producer": {
      "type": [
       "string",
       "null"
      ]
     },
     "since": {
      "anyOf": [
       {
        "$ref": "#/components/schemas/Time"
       },
       {
        "type": "null"
       }
      ]
     },
     "until": {
      "anyOf": [
       {
        "$ref": "#/components/schemas/Time"
       },
       {
        "type": "null"
       }
      ]
     },
     "latest": {
      "type": [
       "integer",
       "null"
      ],
      "minimum": 1,
      "maximum": 1000
     }
    }
   },
   "RunComparisonRequest": {
    "type": "object",
    "required": [
     "a",
     "b"
    ],
    "properties": {
     "a": {
      "$ref": "#/components/schemas/RunSelection"
     },
     "b": {
      "$ref": "#/components/schemas/RunSelection"
     },
     "allow": {
      "type": [
       "array",
       "null"
      ],
      "items": {
       "type": "string",
       "enum": [
        "model",
        "host",
        "scenario",
        "instances",
        "threads",
        "isa",
        "plan",
        "limits",
        "failed",
        "disturbed"
       ]
      },
      "description": "What may differ between the sides."
     },
     "failIf": {
      "type": [
       "array",
       "null"
      ],
      "maxItems": 100,
      "items": {
       "type": "string"
      },
      "description": "Gates, as in p99 > 50ms; docs/comparing.md."
     },
     "require": {
      "type": [
       "array",
       "null"
      ],
      "maxItems": 100,
      "items": {
       "type": "string"
      },
      "description": "Gates, as in speedup >= 1.1."
     }
    }
   },
   "RunComparison": {
    "type": "object",
    "required": [
     "headline",
     "groups",
     "differences",
     "warnings"
    ],
    "properties": {
     "headline": {
      "type": "string"
     },
     "passed": {
      "type": [
       "boolean",
       "null"
      ],
      "description": "Whether every gate is met; absent without gates."
     },
     "groups": {
      "type": "array",
      "items": {
       "type": "object",
       "required": [
        "model",
        "settings",
        "hosts",
        "a",
        "b",
        "figures",
        "gates"
       ]
      }
     },
     "differences": {
      "type": "array",
      "items": {
       "type": "string"
      }
     },
     "warnings": {
      "type": "array",
      "items": {
       "type": "string"
      }
     }
    }
   },
   "FleetChanges": {
    "type": "object",
    "required": [
     "changes",
     "checked",
     "tooShort",
     "window",
     "falseDiscoveryRate"
    ],
    "properties": {
     "changes": {
      "type": "array",
      "items": {
       "type": "object",
       "required": [
        "model",
        "hostId",
        "settings",
        "lastBefore",
        "firstAfter",
        "pValue"
       ]
      }
     },
     "checked": {
      "$ref": "#/components/schemas/Count"
     },
     "tooShort": {
      "$ref": "#/components/schemas/Count"
     },
     "window": {
      "$ref": "#/components/schemas/Count"
     },
     "falseDiscoveryRate": {
      "type": "number"
     }
    }
   },
   "RankingRequest": {
    "type": "object",
    "required": [
     "deployment"
    ],
    "properties": {
     "deployment": {
      "$ref": "#/components/schemas/Deployment"
     },
     "objective": {
      "type": [
       "string",
       "null"
      ],
      "enum": [
       "roi",
       "netValue",
       "usdPerMillionCorrect",
       null
      ]
     },
     "models": {
      "type": [
       "array",
       "null"
      ],
      "items": {
       "type": "string"
      },
      "description": "Rank only these."
     },
     "tiers": {
      "type": [
       "array",
       "null"
      ],
      "items": {
       "type": "string"
      },
      "description": "Rank only these."
     },
     "whatIf": {
      "type": [
       "array",
       "null"
      ],
      "items": {
       "type": "string"
      },
      "description": "Other figures, as in price.large=60; docs/economics.md lists the keys."
     }
    }
   },
   "Deployment": {
    "type": "object",
    "required": [
     "demand",
     "slo",
     "years",
     "usd_per_kwh"
    ],
    "additionalProperties": false,
    "description": "docs/economics.md, \"deployment.yaml\".",
    "properties": {
     "name": {
      "type": [
       "string",
       "null"
      ]
     },
     "demand": {
      "type": "object",
      "required": [
       "inferences_per_second"
      ],
      "additionalProperties": false,
      "properties": {
       "inferences_per_second": {
        "type": "number",
        "minimum": 0,
        "maximum": 1000000
       },
       "duty": {
        "anyOf": [
         {
          "$ref": "#/components/schemas/Fraction"
         },
         {
          "type": "null"
         }
        ]
       },
       "sites": {
        "type": [
         "integer",
         "null"
        ],
        "minimum": 1,
        "maximum": 10000000
       },
       "arrivals": {
        "type": [
         "string",
         "null"
        ],
        "enum": [
         "poisson",
         "periodic",
         null
        ]
       }
      }
     },
     "slo": {
      "type": "object",
      "required": [
       "percentile",
       "milliseconds"
      ],
      "additionalProperties": false,
      "properties": {
       "percentile": {
        "type": "number",
        "enum": [
         50,
         90,
         99
        ]
       },
       "milliseconds": {
        "type": "number",
        "minimum": 0.001,
        "maximum": 10000000
       }
      }
     },
     "accuracy_floor": {
      "anyOf": [
       {
        "$ref": "#/components/schemas/Fraction"
       },
       {
        "type": "null"
       }
      ]
     },
     "years": {
      "type": "integer",
      "minimum": 1,
      "maximum": 50
     },
     "discount": {
      "anyOf": [
       {
        "$ref": "#/components/schemas/Fraction"
       },
       {
        "type": "null"
       }
      ]
     },
     "usd_per_kwh": {
      "type": "number",
      "minimum": 0,
      "maximum": 1000
     },
     "headroom": {
      "type": [
       "number",
       "null"
      ],
      "minimum": 0,
      "maximum": 0.95
     },
     "value": {
      "type": [
       "object",
       "null"
      ],
      "required": [
       "correct_usd"
      ],
      "additionalProperties": false,
      "properties": {
       "correct_usd": {
        "type": "number",
        "minimum": 0,
        "maximum": 1000000
       },
       "wrong_usd": {
        "type": [
         "number",
         "null"
        ],
        "minimum": 0,
        "maximum": 1000000
       }
      }
     },
     "hurdle": {
      "type": [
       "number",
       "null"
      ],
      "minimum": 0,
      "maximum": 1000000
     },
     "tuning": {
      "anyOf": [
       {
        "type": "null"
       },
       {
        "const": "none"
       },
       {
        "type": "object",
        "required": [
         "values_per_hyperparameter",
         "max_trials",
         "gpu_hours",
         "gpu_usd_per_hour",
         "engineer_hours",
         "engineer_usd_per_hour"
        ],
        "additionalProperties": false,
        "properties": {
         "values_per_hyperparameter": {
          "type": "integer",
          "minimum": 1,
          "maximum": 1000
         },
         "max_trials": {
          "type": "integer",
          "minimum": 1,
          "maximum": 1000000
         },
         "gpu_hours": {
          "type": "number",
          "minimum": 0,
          "maximum": 1000000
         },
         "gpu_usd_per_hour": {
          "type": "number",
          "minimum": 0,
          "maximum": 100000
         },
         "engineer_hours": {
          "type": "number",
          "minimum": 0,
          "maximum": 1000000
         },
         "engineer_usd_per_hour": {
          "type": "number",
          "minimum": 0,
          "maximum": 100000
         },
         "parallel_gpus": {
          "type": [
           "number",
           "null"
          ],
          "minimum": 0.01,
          "maximum": 1000000
         },
         "hyperparameters": {
          "type": [
           "object",
           "null"
          ],
          "additionalProperties": {
           "type": "integer",
           "minimum": 0,
           "maximum": 32
          }
         }
        }
       }
      ]
     },
     "app_memory_mib": {
      "type": [
       "number",
       "null"
      ],
      "minimum": 0,
      "maximum": 100000000
     },
     "backbone_influence": {
      "anyOf": [
       {
        "$ref": "#/components/schemas/Fraction"
       },
       {
        "type": "null"
       }
      ]
     },
     "deadline_days": {
      "type": [
       "number",
       "null"
      ],
      "minimum": 0,
      "maximum": 36525,
      "description": "Needs tuning.parallel_gpus."
     },
     "published_accuracy_sd": {
      "type": [
       "number",
       "null"
      ],
      "minimum": 0,
      "maximum": 0.5
     },
     "package_to_wall": {
      "type": [
       "number",
       "null"
      ],
      "minimum": 1,
      "maximum": 100
     }
    }
   },
   "RankingResult": {
    "type": "object",
    "required": [
     "deployment",
     "headline",
     "objective",
     "choices",
     "uncertainty",
     "assumptions",
     "warnings"
    ],
    "description": "Choices in order, feasible ones first; no figure is NaN or infinite, what cannot be told is null.",
    "properties": {
     "deployment": {
      "type": "string"
     },
     "headline": {
      "type": "array",
      "items": {
       "type": "string"
      }
     },
     "objective": {
      "type": "string",
      "enum": [
       "roi",
       "netValue",
       "usdPerMillionCorrect"
      ]
     },
     "choices": {
      "type": "array",
      "items": {
       "type": "object",
       "required": [
        "model",
        "tier",
        "feasible",
        "failed",
        "tcoUsd",
        "roi",
        "basis"
       ],
       "properties": {
        "model": {
         "type": "string"
        },
        "tier": {
         "type": "string"
        },
        "feasible": {
         "type": "boolean"
        },
        "failed": {
         "type": "array",
         "items": {
          "type": "string",
          "enum": [
           "latency",
           "memory",
           "accuracy",
           "units",
           "throughput",
           "deadline"
          ]
         }
        },
        "unitsPerSite": {
         "type": [
          "integer",
          "null"
         ]
        },
        "tcoUsd": {
         "type": [
          "number",
          "null"
         ]
        },
        "valueUsd": {
         "type": [
          "number",
          "null"
         ]
        },
        "netValueUsd": {
         "type": [
          "number",
          "null"
         ]
        },
        "roi": {
         "type": [
          "number",
          "null"
         ]
        },
        "roiInterval": {
         "type": [
          "array",
          "null"
         ],
         "items": {
          "type": "number"
         }
        },
        "pBest": {
         "type": [
          "number",
          "null"
         ]
        },
        "tieGroup": {
         "type": [
          "integer",
          "null"
         ]
        },
        "basis": {
         "type": "string",
         "enum": [
          "measured",
          "burst",
          "stand-in",
          "predicted"
         ]
        }
       }
      }
     },
     "uncertainty": {
      "type": "object"
     },
     "assumptions": {
      "type": "array",
      "items": {
       "type": "string"
      }
     },
     "warnings": {
      "type": "array",
      "items": {
       "type": "string"
      }
     }
    }
   },
   "PlanningRequest": {
    "type": "object",
    "required": [
     "deployment"
    ],
    "additionalProperties": false,
    "properties": {
     "deployment": {
      "$ref": "#/components/schemas/Deployment"
     },
     "sites": {
      "type": [
       "array",
       "null"
      ],
      "minItems": 1,
      "maxItems": 100000,
      "description": "Sites that differ, in place of the deployment's equal ones; names differ.",
      "items": {
       "type": "object",
       "required": [
        "site",
        "inferences_per_second"
       ],
       "additionalProperties": false,
       "properties": {
        "site": {
         "type": "string",
         "minLength": 1
        },
        "inferences_per_second": {
         "type": "number",
         "minimum": 0,
         "maximum": 1000000
        },
        "duty": {
         "anyOf": [
          {
           "$ref": "#/components/schemas/Fraction"
          },
          {
           "type": "null"
          }
         ]
        },
        "owned": {
         "type": [
          "object",
          "null"
         ],
         "additionalProperties": {
          "type": "integer",
          "minimum": 0
         },
         "description": "Units of each tier that stand there."
        }
       }
      }
     },
     "stock": {
      "type": [
       "object",
       "null"
      ],
      "maxProperties": 8,
      "additionalProperties": {
       "type": "integer",
       "minimum": 0,
       "maximum": 10000000
      },
      "description": "Units of each tier that are owned and may go anywhere."
     },
     "budgetUsd": {
      "type": [
       "number",
       "null"
      ],
      "minimum": 0,
      "maximum": 1000000000000000.0,
      "description": "Needs the deployment's value."
     },
     "counterfactual": {
      "type": [
       "string",
       "null"
      ],
      "description": "What this model would have to gain."
     },
     "whatIf": {
      "type": [
       "array",
       "null"
      ],
      "items": {
       "type": "string"
      }
     }
    }
   },
   "PlanResult": {
    "type": "object",
    "required": [
     "deployment",
     "headline",
     "frontier",
     "breakEven",
     "choices",
     "assumptions",
     "warnings"
    ],
    "description": "docs/economics.md has the objective and what each part means.",
    "properties": {
     "deployment": {
      "type": "string"
     },
     "headline": {
      "type": "array",
      "items": {
       "type": "string"
      }
     },
     "choice": {
      "type": [
       "object",
       "null"
      ]
     },
     "frontier": {
      "type": "array",
      "items": {
       "type": "object"
      }
     },
     "breakEven": {
      "type": "array",
      "items": {
       "type": "object"
      }
     },
     "sitePlan": {
      "type": [
       "object",
       "null"
      ]
     },
     "costByYear": {
      "type": [
       "array",
       "null"
      ],
      "items": {
       "type": "object"
      }
     },
     "sensitivity": {
      "type": [
       "object",
       "null"
      ]
     },
     "valueOfInformation": {
      "type": [
       "object",
       "null"
      ]
     },
     "counterfactuals": {
      "type": "array",
      "items": {
       "type": "object"
      }
     },
     "choices": {
      "type": "array",
      "items": {
       "type": "object"
      }
     },
     "assumptions": {
      "type": "array",
      "items": {
       "type": "string"
      }
     },
     "warnings": {
      "type": "array",
      "items": {
       "type": "string"
      }
     }
    }
   },
   "TierList": {
    "type": "object",
    "required": [
     "tiers"
    ],
    "additionalProperties": false,
    "description": "docs/economics.md, \"tiers.yaml\".",
    "properties": {
     "example_prices": {
      "type": [
       "boolean",
       "null"
      ]
     },
     "tiers": {
      "type": "array",
      "items": {
       "$ref": "#/components/schemas/Tier"
      },
      "description": "Ids differ; at least one in a list that is put."
     }
    }
   },
   "Tier": {
    "type": "object",
    "required": [
     "id",
     "price_usd",
     "memory_mib",
     "idle_watts",
     "active_watts"
    ],
    "additionalProperties": false,
    "properties": {
     "id": {
      "type": "string",
      "pattern": "^[A-Za-z0-9._-]{1,100}$"
     },
     "price_usd": {
      "type": "number",
      "minimum": 0,
      "maximum": 10000000
     },
     "install_usd": {
      "type": [
       "number",
       "null"
      ],
      "minimum": 0,
      "maximum": 10000000
     },
     "memory_mib": {
      "type": "number",
      "minimum": 1,
      "maximum": 100000000
     },
     "os_reserve_mib": {
      "type": [
       "number",
       "null"
      ],
      "minimum": 0,
      "maximum": 100000000,
      "description": "Not above memory_mib."
     },
     "idle_watts": {
      "type": "number",
      "minimum": 0,
      "maximum": 100000
     },
     "active_watts": {
      "type": "number",
      "minimum": 0,
      "maximum": 100000,
      "description": "Not below idle_watts."
     },
     "maintenance_per_year": {
      "type": [
       "number",
       "null"
      ],
      "minimum": 0,
      "maximum": 10
     },
     "max_units_per_site": {
      "type": [
       "integer",
       "null"
      ],
      "minimum": 1,
      "maximum": 1000000
     },
     "lifetime_years": {
      "type": [
       "number",
       "null"
      ],
      "minimum": 0.1,
      "maximum": 100
     },
     "package_to_wall": {
      "type": [
       "number",
       "null"
      ],
      "minimum": 1,
      "maximum": 100
     },
     "board_to_wall": {
      "type": [
       "number",
       "null"
      ],
      "minimum": 1,
      "maximum": 100
     },
     "peak_gops": {
      "type": [
       "number",
       "null"
      ],
      "minimum": 0.01,
      "maximum": 10000000
     },
     "bandwidth_gbps": {
      "type": [
       "number",
       "null"
      ],
      "minimum": 0.01,
      "maximum": 100000
     },
     "priced_on": {
      "type": [
       "string",
       "null"
      ],
      "format": "date"
     },
     "caches": {
      "type": [
       "object",
       "null"
      ],
      "minProperties": 1,
      "additionalProperties": false,
      "properties": {
       "l1d_kib": {
        "type": [
         "integer",
         "null"
        ],
        "minimum": 1,
        "maximum": 16777216
       },
       "l2_kib": {
        "type": [
         "integer",
         "null"
        ],
        "minimum": 1,
        "maximum": 16777216
       },
       "l3_kib": {
        "type": [
         "integer",
         "null"
        ],
        "minimum": 1,
        "maximum": 16777216
       }
      }
     },
     "match": {
      "type": [
       "object",
       "null"
      ],
      "additionalProperties": false,
      "properties": {
       "cpu_model": {
        "type": [
         "string",
         "null"
        ],
        "minLength": 1
       },
       "memory_mib": {
        "type": [
         "array",
         "null"
        ],
        "minItems": 2,
        "maxItems": 2,
        "items": {
         "type": "number",
         "minimum": 0,
         "maximum": 100000000
        },
        "description": "Lowest and highest."
       },
       "board": {
        "type": [
         "string",
         "null"
        ],
        "minLength": 1
       },
       "label": {
        "type": [
         "object",
         "null"
        ],
        "additionalProperties": {
         "type": "string"
        }
       }
      }
     }
    }
   },
   "TokenRequest": {
    "type": "object",
    "required": [
     "role"
    ],
    "properties": {
     "role": {
      "type": "string",
      "enum": [
       "enrollment",
       "viewer",
       "admin"
      ]
     },
     "expiresInSeconds": {
      "type": [
       "integer",
       "null"
      ],
      "minimum": 1,
      "maximum": 3155760000
     },
     "maximumUses": {
      "type": [
       "integer",
       "null"
      ],
      "minimum": 1,
      "maximum": 1000000,
      "description": "For role enrollment only; 1 unless given."
     },
     "autoAccept": {
      "type": [
       "boolean",
       "null"
      ],
      "description": "For role enrollment only; false has agents wait for approval."
     }
    }
   },
   "TokenCreated": {
    "type": "object",
    "required": [
     "id",
     "token"
    ],
    "properties": {
     "id": {
      "$ref": "#/components/schemas/UUID"
     },
     "token": {
      "type": "string"
     }
    }
   },
   "TokenList": {
    "type": "object",
    "required": [
     "tokens"
    ],
    "properties": {
     "tokens": {
      "type": "array",
      "items": {
       "type": "object",
       "required": [
        "id",
        "role",
        "createdAt"
       ],
       "properties": {
        "id": {
         "$ref": "#/components/schemas/UUID"
        },
        "role": {
         "type": "string",
         "enum": [
          "enrollment",
          "agent",
          "viewer",
          "admin"
         ]
        },
        "createdAt": {
         "$ref": "#/components/schemas/Time"
        },
        "expiresAt": {
         "$ref": "#/components/schemas/Time"
        },
        "usesLeft": {
         "$ref": "#/components/schemas/Count"
        },
        "autoAccept": {
         "type": "boolean"
        },
        "agentId": {
         "$ref": "#/components/schemas/UUID"
        }
       }
      }
     }
    }
   },
   "AuditPage": {
    "type": "object",
    "required": [
     "entries"
    ],
    "properties": {
     "nextCursor": {
      "type": "string"
     },
     "entries": {
      "type": "array",
      "items": {
       "type": "object",
       "required": [
        "id",
        "at",
        "action"
       ],
       "properties": {
        "id": {
         "type": "integer"
        },
        "at": {
         "$ref": "#/components/schemas/Time"
        },
        "tokenId": {
         "type": "string"
        },
        "client": {
         "type": "string"
        },
        "action": {
         "type": "string"
        },
        "target": {
         "type": "string"
        },
        "detail": {
         "type": "string"
        },
        "status": {
         "type": "integer"
        },
        "requestId": {
         "type": "string"
        }
       }
      }
     }
    }
   }
  }
 }
}
"""###
}
