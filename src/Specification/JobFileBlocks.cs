namespace S2M.Specification;

/// <summary>Field by field from block to record: names, ranges, defaults of the records.</summary>
internal static class JobFileBlocks
{
    private const double Positive = 1e-300;
    private const double BelowOne = 0.9999999;

    internal static DataSpecification Data(JobFileBlock block)
    {
        JobFileBlock image = block.Block("image");
        var data = new DataSpecification { Name = block.Text("name") };
        data = data with
        {
            Rotations = block.Flag("rotations", data.Rotations),
            Size = image.Integer("size", data.Size, 8, 256),
            Channels = image.Choice("channels", data.Channels, ("1", 1), ("3", 3)),
            Ink = image.Flag("ink", data.Ink),
        };
        image.Finish();
        block.Finish();
        return data;
    }

    internal static SplitSpecification Split(JobFileBlock block)
    {
        var split = new SplitSpecification();
        split = new SplitSpecification
        {
            Seed = block.Seed("seed", split.Seed),
            Train = block.Integer("train", split.Train, 1, int.MaxValue),
            Validation = block.Integer("validation", split.Validation, 1, int.MaxValue),
            Test = block.Integer("test", split.Test, 1, int.MaxValue),
        };
        block.Finish();
        return split;
    }

    internal static NetworkSpecification Network(JobFileBlock block)
    {
        var network = new NetworkSpecification();
        network = new NetworkSpecification
        {
            Embedding = block.Choice("embedding", network.Embedding, ("conv4", "conv4")),
            Dropout = block.Number("dropout", network.Dropout, 0, 0.9),
            Head = block.Choice("head", network.Head, ("gauss", HeadKind.Gauss), ("nearest_mean", HeadKind.NearestMean)),
            VarianceOffset = block.Number("variance_offset", network.VarianceOffset, Positive, 1e6),
            LearnVarianceOffset = block.Flag("learn_variance_offset", network.LearnVarianceOffset),
        };
        block.Finish();
        return network;
    }

    internal static LossSpecification Loss(JobFileBlock block)
    {
        var loss = new LossSpecification();
        loss = new LossSpecification
        {
            Kind = block.Choice("kind", loss.Kind, ("n_way", LossKind.NWay), ("histogram", LossKind.Histogram)),
            Variant = block.Choice(
                "variant", loss.Variant, ("slides", HistogramVariant.Slides), ("midpoint", HistogramVariant.Midpoint), ("published", HistogramVariant.Published)),
            Bins = block.Integer("bins", loss.Bins, 2, 10000),
            Temperature = block.Number("temperature", loss.Temperature, Positive, 1e6),
        };
        block.Finish();
        return loss;
    }

    internal static EpisodeSpecification Episode(JobFileBlock block)
    {
        var episode = new EpisodeSpecification();
        episode = new EpisodeSpecification
        {
            Classes = block.Integer("classes", episode.Classes, 2, 100_000),
            ImagesPerClass = block.Integer("images_per_class", episode.ImagesPerClass, 2, 10_000),
            Groups = block.Blocks("groups") is { } groups ? [.. groups.Select(Group)] : episode.Groups,
        };
        block.Finish();
        return episode;
    }

    internal static TrainingSpecification Training(JobFileBlock block)
    {
        var training = new TrainingSpecification();
        training = new TrainingSpecification
        {
            Steps = block.Integer("steps", training.Steps, 1, int.MaxValue),
            EpisodesPerStep = block.Integer("episodes_per_step", training.EpisodesPerStep, 1, 65536),
            Seed = block.Seed("seed", training.Seed),
            CheckpointEvery = block.Integer("checkpoint_every", training.CheckpointEvery, 1, int.MaxValue),
            ValidateEvery = block.Integer("validate_every", training.ValidateEvery, 0, int.MaxValue),
            NonFiniteBudget = block.Integer("non_finite_budget", training.NonFiniteBudget, 0, int.MaxValue),
            BatchNormMomentum = block.Number("batch_norm_momentum", training.BatchNormMomentum, Positive, 1),
        };
        block.Finish();
        return training;
    }

    internal static OptimizerSpecification Optimizer(JobFileBlock block)
    {
        var optimizer = new OptimizerSpecification();
        optimizer = new OptimizerSpecification
        {
            Kind = block.Choice("kind", optimizer.Kind, ("adam", OptimizerKind.Adam), ("adam_w", OptimizerKind.AdamW), ("sgd", OptimizerKind.Sgd)),
            LearningRate = block.Number("learning_rate", optimizer.LearningRate, Positive, 1e3),
            WarmUpSteps = block.Integer("warm_up_steps", optimizer.WarmUpSteps, 0, int.MaxValue),
            CosineDecay = block.Flag("cosine_decay", optimizer.CosineDecay),
            Beta1 = block.Number("beta1", optimizer.Beta1, 0, BelowOne),
            Beta2 = block.Number("beta2", optimizer.Beta2, 0, BelowOne),
            Epsilon = block.Number("epsilon", optimizer.Epsilon, Positive, 1),
            Momentum = block.Number("momentum", optimizer.Momentum, 0, BelowOne),
            WeightDecay = block.Number("weight_decay", optimizer.WeightDecay, 0, 1e3),
        };
        block.Finish();
        return optimizer;
    }

    internal static EvaluationSpecification Evaluation(JobFileBlock block)
    {
        var evaluation = new EvaluationSpecification();
        evaluation = new EvaluationSpecification
        {
            Ways = block.Integers("ways", evaluation.Ways, 2),
            Shots = block.Integers("shots", evaluation.Shots, 1),
            Queries = block.Integer("queries", evaluation.Queries, 1, 10_000),
            Episodes = block.Integer("episodes", evaluation.Episodes, 2, 1_000_000),
            ValidationEpisodes = block.Integer("validation_episodes", evaluation.ValidationEpisodes, 2, 1_000_000),
            Seed = block.Seed("seed", evaluation.Seed),
        };
        block.Finish();
        return evaluation;
    }

    private static GroupSpecification Group(JobFileBlock block)
    {
        var group = new GroupSpecification(block.Range("support"), block.Range("queries"));
        block.Finish();
        return group;
    }
}
