"""What a run tells: its log to people and machines, its verdict to pods and pipelines, its metrics to Prometheus."""
